// Written by generate-language-table.mjs from linguist-languages (MIT) and the list of grammars of shiki (MIT). Do not edit.
// One language a line: name | grammar | aliases | extensions | file names (parted by "/") | interpreters.
export const LANGUAGE_TABLE = `C|lezer:cpp|c|.c .cats .h .h.in .idc||tcc
C++|lezer:cpp|c++ cpp|.cpp .c++ .cc .cp .cppm .cxx .h++ .hh .hpp .hxx .inl .ino .ipp .ixx .re .tcc .tpp .txx||
Go|lezer:go|go golang|.go||
Java|lezer:java|java|.java .jav .jsh||
JavaScript|lezer:javascript|javascript js node|.js ._js .bones .cjs .es .es6 .gs .jake .javascript .jsb .jscad .jsfl .jslib .jsm .jspre .jss .jsx .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib|Jakefile|bun chakra d8 deno gjs js node nodejs qjs rhino v8 v8-shell
PHP|lezer:php|php inc|.php .aw .ctp .fcgi .inc .php3 .php4 .php5 .phps .phpt|.php/.php_cs/.php_cs.dist/Phakefile|php
Python|lezer:python|python py py3 python3 rusthon|.py .gyp .gypi .lmi .py3 .pyde .pyi .pyp .pyt .pyw .rpy .spec .tac .wsgi .xpy|.gclient/DEPS/SConscript/SConstruct/wscript|python python2 python3 py pypy pypy3 uv
Rust|lezer:rust|rust rs|.rs .rs.in||rust-script
Starlark|lezer:python|starlark bazel bzl|.bzl .star|BUCK/BUILD/BUILD.bazel/MODULE.bazel/Tiltfile/WORKSPACE/WORKSPACE.bazel/WORKSPACE.bzlmod|
TSX|lezer:tsx|tsx typescriptreact|.tsx||
TypeScript|lezer:typescript|typescript ts|.ts .cts .mts||ts-node tsx
CSS|lezer:css|css|.css||
HTML|lezer:html|html xhtml|.html .hta .htm .html.hl .xht .xhtml||
SCSS|lezer:scss|scss|.scss||
Sass|lezer:sass|sass|.sass||
JSON|lezer:json|json geojson jsonl sarif topojson|.json .4DForm .4DProject .avsc .geojson .gltf .har .ice .JSON-tmLanguage .json.example .jsonl .mcmeta .sarif .slnlaunch .tact .tfstate .tfstate.backup .topojson .webapp .webmanifest .yy .yyp|.all-contributorsrc/.arcconfig/.auto-changelog/.c8rc/.htmlhintrc/.imgbotconfig/.nycrc/.releaserc/.secrets.baseline/.tern-config/.tern-project/.watchmanconfig/MODULE.bazel.lock/Package.resolved/Pipfile.lock/bun.lock/composer.lock/deno.lock/flake.lock/mcmod.info|
SVG|lezer:xml|svg|.svg||
XML|lezer:xml|xml rss xsd wsdl|.xml .adml .admx .ant .axaml .axml .builds .ccproj .ccxml .clixml .cproject .cscfg .csdef .csl .csproj .ct .depproj .dita .ditamap .ditaval .dll.config .dotsettings .filters .fsproj .fxml .glade .gml .gmx .gpx .grxml .gst .hzp .icls .iml .ivy .jelly .jsproj .kml .launch .mdpolicy .meta4 .mjml .mod .mojo .mxml .natvis .ncl .ndproj .nproj .nuspec .odd .osm .pkgproj .pluginspec .proj .props .ps1xml .psc1 .pt .pubxml .qhelp .rbxmx .rdf .res .resx .rss .scxml .sfproj .shproj .slnx .srdf .storyboard .sublime-snippet .sw .targets .tml .typ .ui .urdf .ux .vbproj .vcxproj .vsixmanifest .vssettings .vstemplate .vxml .wixproj .workflow .wsdl .wsf .wxi .wxl .wxs .x3d .xacro .xaml .xib .xlf .xliff .xmi .xml.dist .xmp .xproj .xsd .xspec .xul .zcml|.classpath/.cproject/.project/App.config/NuGet.config/Settings.StyleCop/Web.Debug.config/Web.Release.config/Web.config/packages.config|
YAML|lezer:yaml|yaml yml|.yml .mir .reek .rviz .sublime-syntax .syntax .yaml .yaml-tmlanguage .yaml.sed .yml.mysql|.clang-format/.clang-tidy/.clangd/.eslintrc/.gemrc/CITATION.cff/glide.lock/pixi.lock/yarn.lock|
Markdown|lezer:markdown|markdown md pandoc|.md .livemd .markdown .mdown .mdwn .mkd .mkdn .mkdown .ronn .scd .workbook|contents.lr|
ABAP|textmate:abap|abap|.abap||
APL|textmate:apl|apl|.apl .dyalog||apl aplx dyalog
ActionScript|textmate:actionscript-3|actionscript actionscript3 as3|.as||
Ada|textmate:ada|ada ada95 ada2005|.adb .ada .ads||
Apex|textmate:apex|apex|.apex .trigger||
AppleScript|textmate:applescript|applescript apples osascript|.applescript .scpt||osascript
Assembly|textmate:asm|assembly asm nasm|.asm .a51 .i .nas .nasm .s||
AutoHotkey|textmate:ahk|autohotkey ahk|.ahk .ah1 .ah2 .ahkl||
Awk|textmate:awk|awk|.awk .auk .gawk .mawk .nawk||awk gawk mawk nawk
Ballerina|textmate:ballerina|ballerina|.bal||
Batchfile|textmate:bat|batchfile bat batch dosbatch winbatch|.bat .cmd|gradlew.bat/mvnw.cmd|
Berry|textmate:berry|berry be|.be||
Bicep|textmate:bicep|bicep|.bicep .bicepparam||
C#|textmate:csharp|c# csharp cake cakescript|.cs .cake .cs.pp .csx .linq||
C3|textmate:c3|c3|.c3||
CMake|textmate:cmake|cmake|.cmake .cmake.in|CMakeLists.txt|
COBOL|textmate:cobol|cobol|.cob .cbl .ccp .cobol .cpy||
CQL|textmate:cypher|cql|.cql||
CUE|textmate:cue|cue|.cue||
Cadence|textmate:cadence|cadence|.cdc||
Cairo|textmate:cairo|cairo|.cairo||
Chapel|textmate:chapel|chapel chpl|.chpl||
Clarity|textmate:clarity|clarity|.clar||
Clojure|textmate:clojure|clojure|.clj .bb .boot .cl2 .cljc .cljs .cljs.hl .cljscm .cljx .hic|riemann.config|bb
CodeQL|textmate:codeql|codeql ql|.ql .qll||
CoffeeScript|textmate:coffee|coffeescript coffee coffee-script|.coffee ._coffee .cjsx .coffee.erb .iced|Cakefile|coffee
Common Lisp|textmate:common-lisp|common-lisp lisp|.lisp .asd .cl .l .lsp .ny .podsl .sexp||lisp sbcl ccl clisp ecl
Crystal|textmate:crystal|crystal|.cr||crystal
Cypher|textmate:cypher|cypher|.cyp .cypher||
D|textmate:d|d Dlang|.d .di||
Dart|textmate:dart|dart|.dart||dart
Dockerfile|textmate:docker|dockerfile Containerfile|.dockerfile .containerfile|Containerfile/Dockerfile|
Elixir|textmate:elixir|elixir|.ex .exs|mix.lock|elixir
Elm|textmate:elm|elm|.elm||
Emacs Lisp|textmate:emacs-lisp|emacs-lisp cask eask elisp emacs|.el .emacs .emacs.desktop|.abbrev_defs/.emacs/.emacs.desktop/.gnus/.spacemacs/.viper/Cask/Eask/Project.ede/_emacs/abbrev_defs|
Erlang|textmate:erlang|erlang|.erl .app .app.src .escript .hrl .xrl .yrl|Emakefile/rebar.config/rebar.config.lock/rebar.lock|escript
F#|textmate:fsharp|f# fsharp|.fs .fsi .fsx||
Fennel|textmate:fennel|fennel|.fnl||fennel
Fluent|textmate:fluent|fluent|.ftl||
Fortran Free Form|textmate:fortran-free-form|fortran-free-form|.f90 .f03 .f08 .f95||
FreeMarker|textmate:fluent|freemarker ftl|.ftlh||
GDScript|textmate:gdscript|gdscript|.gd||
GDShader|textmate:gdshader|gdshader|.gdshader .gdshaderinc||
GLSL|textmate:glsl|glsl|.glsl .fp .frag .frg .fsh .fshader .geo .geom .glslf .glslv .gshader .rchit .rmiss .shader .tesc .tese .vert .vrx .vs .vsh .vshader||
Genie|textmate:genie|genie|||
Gherkin|textmate:gherkin|gherkin cucumber|.feature .story||
Gleam|textmate:gleam|gleam|.gleam||
Glimmer JS|textmate:glimmer-js|glimmer-js gjs|.gjs||
Glimmer TS|textmate:glimmer-ts|glimmer-ts gts|.gts||
Gnuplot|textmate:gnuplot|gnuplot|.gp .gnu .gnuplot .p .plot .plt||gnuplot
Groovy|textmate:groovy|groovy|.groovy .grt .gtpl .gvy|Jenkinsfile|groovy
HCL|textmate:hcl|hcl opentofu terraform|.hcl .nomad .tf .tfvars .tofu||
HLSL|textmate:hlsl|hlsl|.hlsl .cginc .fx .fxh .hlsli||
Hack|textmate:hack|hack|.hack .hhi||
Haskell|textmate:haskell|haskell|.hs .hs-boot .hsc||runghc runhaskell runhugs
Haxe|textmate:haxe|haxe|.hx .hxsl||
Hurl|textmate:hurl|hurl|.hurl||
Hy|textmate:hy|hy hylang|.hy||hy
Imba|textmate:imba|imba|.imba||
Jison|textmate:jison|jison|.jison||
Jsonnet|textmate:jsonnet|jsonnet|.jsonnet .libsonnet||
Julia|textmate:julia|julia|.jl||julia
Just|textmate:just|just Justfile|.just|.JUSTFILE/JUSTFILE|
Kotlin|textmate:kotlin|kotlin|.kt .ktm .kts||
LLVM|textmate:llvm|llvm|.ll||
Lean|textmate:lean|lean|.lean .hlean||
Lean 4|textmate:lean|lean-4 lean4|||
Lua|textmate:lua|lua|.lua .nse .p8 .pd_lua .rbxs .rockspec .wlua|.luacheckrc|lua luajit
Luau|textmate:luau|luau|.luau||luau
MATLAB|textmate:matlab|matlab octave|.matlab||
Makefile|textmate:make|makefile bsdmake make mf|.mak .make .makefile .mk .mkfile|BSDmakefile/GNUmakefile/Kbuild/Makefile/Makefile.am/Makefile.boot/Makefile.frag/Makefile.in/Makefile.inc/Makefile.pc/Makefile.wat/makefile.sco/mkfile|make
Mojo|textmate:mojo|mojo|||
MoonBit|textmate:moonbit|moonbit|.mbt||
Move|textmate:move|move|.move||
NSIS|textmate:nsis|nsis|.nsi .nsh||
Nextflow|textmate:nextflow|nextflow|.nf|nextflow.config|nextflow
Nim|textmate:nim|nim|.nim .nim.cfg .nimble .nimrod .nims|nim.cfg|
Nix|textmate:nix|nix nixos|.nix||
Nu|textmate:nushell|nu nush|.nu|Nukefile|nush
Nushell|textmate:nushell|nushell nu-script nushell-script|||nu
OCaml|textmate:ocaml|ocaml|.ml .eliom .eliomi .ml4 .mli .mll .mly||ocaml ocamlrun ocamlscript
Objective-C|textmate:objective-c|objective-c obj-c objc objectivec|.m||
Objective-C++|textmate:objective-cpp|objective-c++ obj-c++ objc++ objectivec++|.mm||
Odin|textmate:odin|odin odinlang odin-lang|.odin||
OpenSCAD|textmate:openscad|openscad|.scad||
PLSQL|textmate:plsql|plsql|.pls .bdy .ddl .fnc .pck .pkb .pks .plb .plsql .prc .spc .tpb .tps .trg .vw||
Pascal|textmate:pascal|pascal delphi objectpascal|.pas .dfm .dpr .lpr .pascal .pp||instantfpc
Perl|textmate:perl|perl cperl|.pl .al .cgi .perl .ph .plx .pm .psgi .t|.latexmkrc/Makefile.PL/Rexfile/ack/cpanfile/latexmkrc|cperl perl
Pkl|textmate:pkl|pkl|.pkl||pkl
Polar|textmate:polar|polar|.polar||
Power Query|textmate:powerquery|power-query powerquery|.pq||
PowerShell|textmate:powershell|powershell posh pwsh|.ps1 .psd1 .psm1||pwsh
Prolog|textmate:prolog|prolog|.pro .prolog .yap||swipl yap
Puppet|textmate:puppet|puppet||Modulefile|
PureScript|textmate:purescript|purescript|.purs||
QML|textmate:qml|qml|.qml .qbs||
R|textmate:r|r Rscript splus|.r .rd .rhistory .rsx|.Rapp.history/.Rhistory/.Rprofile/expr-dist|Rscript
Racket|textmate:racket|racket|.rkt .rktd .rktl .scrbl||racket
Raku|textmate:raku|raku perl6 perl-6|.6pl .6pm .nqp .p6 .p6l .p6m .pl6 .pm6 .raku .rakumod||perl6 raku rakudo
Rocq Prover|textmate:coq|rocq-prover coq rocq|.coq||
Ruby|textmate:ruby|ruby jruby macruby rake rb rbx|.rb .builder .eye .gemspec .god .jbuilder .mspec .podspec .prawn .rabl .rake .rbi .rbuild .rbw .rbx .ru .ruby .thor .watchr|.irbrc/.pryrc/.simplecov/Appraisals/Berksfile/Brewfile/Buildfile/Capfile/Dangerfile/Deliverfile/Fastfile/Gemfile/Guardfile/Jarfile/Mavenfile/Podfile/Puppetfile/Rakefile/Snapfile/Steepfile/Thorfile/Vagrantfile|ruby macruby rake jruby rbx
SAS|textmate:sas|sas|.sas||
Scala|textmate:scala|scala|.scala .kojo .sbt .sc||scala
Scheme|textmate:scheme|scheme|.scm .sch .sld .sls .sps .ss||scheme guile bigloo chicken csi gosh r6rs
ShaderLab|textmate:shaderlab|shaderlab|||
Shell|textmate:shellscript|shell sh shell-script bash zsh envrc|.sh .bash .bats .command .ksh .pacscript .sbatch .sh.in .slurm .tmux .tool .zsh .zsh-theme|.bash_aliases/.bash_functions/.bash_history/.bash_logout/.bash_profile/.bashrc/.cshrc/.envrc/.flaskenv/.kshrc/.login/.profile/.tmux.conf/.xinitrc/.xsession/.zlogin/.zlogout/.zprofile/.zshenv/.zshrc/9fs/PKGBUILD/bash_aliases/bash_logout/bash_profile/bashrc/cshrc/gradlew/kshrc/login/man/mvnw/profile/tmux.conf/xinitrc/xsession/zlogin/zlogout/zprofile/zshenv/zshrc|ash bash dash ksh mksh pdksh rc sh zsh
ShellSession|textmate:shellsession|shellsession console|.sh-session||
Smalltalk|textmate:smalltalk|smalltalk squeak|.st||
Smithy|textmate:smithy|smithy|.smithy||
Solidity|textmate:solidity|solidity|.sol||
Stata|textmate:stata|stata|.do .ado .doh .ihlp .mata .matah .sthlp||
SurrealQL|textmate:surrealql|surrealql surql|.surql||
Swift|textmate:swift|swift|.swift||
SystemVerilog|textmate:system-verilog|systemverilog|.sv .svh .vh||
Talon|textmate:talonscript|talon|.talon||
Tcl|textmate:tcl|tcl sdc xdc|.tcl .adp .sdc .tcl.in .tm .xdc|owh/starfield|tclsh wish
TypeSpec|textmate:typespec|typespec tsp|.tsp||
Typst|textmate:typst|typst typ|||
V|textmate:v|v vlang|||
VBScript|textmate:vb|vbscript|.vbs||
VHDL|textmate:vhdl|vhdl|.vhdl .vhd .vhf .vhi .vho .vhs .vht .vhw||
Vala|textmate:vala|vala|.vala .vapi||
Verilog|textmate:verilog|verilog|.v .veo||
Vim script|textmate:viml|vim-script vim viml nvim vimscript|.vim .vimrc .vmb|.exrc/.gvimrc/.nvimrc/.vimrc/_vimrc/gvimrc/nvimrc/vimrc|
Visual Basic .NET|textmate:vb|visual-basic-.net vbnet vb.net|.vb .vbhtml||
Vyper|textmate:vyper|vyper|.vy||
WGSL|textmate:wgsl|wgsl|.wgsl||
WebAssembly|textmate:wasm|webassembly wast wasm|.wast .wat||
Wolfram Language|textmate:wolfram|wolfram-language mathematica mma wolfram wl|.mathematica .cdf .ma .mt .nb .nbp .wl .wls .wlt||wolfram WolframKernel wolframscript math MathKernel MathematicaScript WolframNB Mathematica
XSLT|textmate:xsl|xslt xsl|.xslt .xsl||
ZenScript|textmate:zenscript|zenscript|.zs||
Zig|textmate:zig|zig|.zig .zig.zon||
fish|textmate:fish|fish|.fish||fish
Astro|textmate:astro|astro|.astro||
BibTeX|textmate:bibtex|bibtex|.bib .bibtex||
Blade|textmate:blade|blade|.blade .blade.php||
Closure Templates|textmate:soy|closure-templates soy|.soy||
Edge|textmate:edge|edge|.edge||
HTML+ERB|textmate:erb|html+erb erb rhtml html+ruby|.erb .erb.deface .rhtml||
HTML+Razor|textmate:razor|html+razor razor|.cshtml .razor||
Haml|textmate:haml|haml|.haml .haml.deface||
Handlebars|textmate:handlebars|handlebars hbs htmlbars|.handlebars .hbs||
Jinja|textmate:jinja|jinja django html+django html+jinja htmldjango|.jinja .j2 .jinja2||
Less|textmate:less|less less-css|.less||
Liquid|textmate:liquid|liquid|.liquid||
MDX|textmate:mdx|mdx|.mdx||
Marko|textmate:marko|marko markojs|.marko||
Mermaid|textmate:mermaid|mermaid|.mmd .mermaid||
PostCSS|textmate:postcss|postcss|.pcss .postcss||
Pug|textmate:pug|pug|.jade .pug||
Stylus|textmate:stylus|stylus|.styl||
Svelte|textmate:svelte|svelte|.svelte||
TeX|textmate:tex|tex latex|.tex .aux .bbx .cbx .cls .dtx .ins .lbx .ltx .mkii .mkiv .mkvi .sty .toc||
Twig|textmate:twig|twig|.twig||
Vue|textmate:vue|vue|.vue||
templ|textmate:templ|templ|.templ||
ApacheConf|textmate:apache|apacheconf aconf apache|.apacheconf .vhost|.htaccess/apache2.conf/httpd.conf|
BIRD2|textmate:bird2|bird2 bird bird3||bird.conf|
CODEOWNERS|textmate:codeowners|codeowners||CODEOWNERS|
CSV|textmate:csv|csv|.csv||
Diff|textmate:diff|diff udiff|.diff .patch||
Dotenv|textmate:dotenv|dotenv|.env|.env/.env.ci/.env.dev/.env.development/.env.development.local/.env.example/.env.local/.env.prod/.env.production/.env.sample/.env.staging/.env.template/.env.test/.env.testing|
GN|textmate:gn|gn|.gn .gni|.gn|gn
Git Commit|textmate:git-commit|git-commit commit||.gitmessage/COMMIT_EDITMSG|
GraphQL|textmate:graphql|graphql|.graphql .gql .graphqls||
HTTP|textmate:http|http|.http||
HXML|textmate:hxml|hxml|.hxml||
INI|textmate:ini|ini conf dosini|.ini .cfg .cnf .container .dof .frm .lektorproject .mount .network .prefs .service .socket .target .timer .url|.buckconfig/.coveragerc/.flake8/.gitreview/.pylintrc/HOSTS/buildozer.spec/pylintrc/vlcrc|
JSON with Comments|textmate:jsonc|json-with-comments jsonc|.jsonc .code-snippets .code-workspace .hujson .sublime-build .sublime-color-scheme .sublime-commands .sublime-completions .sublime-keymap .sublime-macro .sublime-menu .sublime-mousemap .sublime-project .sublime-settings .sublime-theme .sublime-workspace .sublime_metrics .sublime_session .tsconfig.json|.babelrc/.devcontainer.json/.eslintrc.json/.jscsrc/.jshintrc/.jslintrc/.oxlintrc.json/.swcrc/api-extractor.json/devcontainer.json/jsconfig.json/language-configuration.json/tsconfig.json/tslint.json|
JSON5|textmate:json5|json5|.json5||
Java Properties|textmate:ini|java-properties|.properties||
KDL|textmate:kdl|kdl|.kdl||
Kusto|textmate:kusto|kusto|.kql||
Nginx|textmate:nginx|nginx|.nginx .nginxconf|nginx.conf|
Prisma|textmate:prisma|prisma|.prisma||
Protocol Buffer|textmate:proto|protocol-buffer proto protobuf|.proto||
RBS|textmate:rbs|rbs|.rbs||
RON|textmate:ron|ron|.ron||
ROS Interface|textmate:rosmsg|ros-interface rosmsg|.msg .action .srv||
Regular Expression|textmate:regexp|regular-expression regexp regex|.regexp .regex||
SPARQL|textmate:sparql|sparql|.sparql .rq||
SQL|textmate:sql|sql|.sql .mysql .tab .udf .viw||
SSH Config|textmate:ssh-config|ssh-config sshconfig sshdconfig ssh_config sshd_config||ssh-config/ssh_config/sshconfig/sshconfig.snip/sshd-config/sshd_config|
TOML|textmate:toml|toml|.toml .toml.example|Cargo.lock/Cargo.toml.orig/Gopkg.lock/Pipfile/mise.local.lock/mise.lock/pdm.lock/poetry.lock/uv.lock|
TSV|textmate:tsv|tsv|.tsv .vcf||
Turtle|textmate:turtle|turtle|.ttl||
WebAssembly Interface Type|textmate:wit|webassembly-interface-type wit|.wit||
desktop|textmate:desktop|desktop|.desktop .desktop.in||
AsciiDoc|textmate:asciidoc|asciidoc|.asciidoc .adoc .asc||
Gettext Catalog|textmate:po|gettext-catalog pot|.po .pot||
Org|textmate:org|org|.org||
Wikitext|textmate:wikitext|wikitext mediawiki wiki|.mediawiki .wiki .wikitext||
reStructuredText|textmate:rst|restructuredtext rst|.rst .rest .rest.txt .rst.txt||`;
