// Written by generate-language-table.mjs from linguist-languages (MIT). Do not edit.
// One language a line: name | type | aliases | extensions | file names (parted by "/").
export const LANGUAGE_TABLE = `1C Enterprise|programming||.bsl .os|
2-Dimensional Array|data||.2da|
4D|programming||.4dm|
ABAP|programming||.abap|
ABAP CDS|programming||.asddls|
ABNF|data||.abnf|
AGS Script|programming|ags|.asc .ash|
AIDL|programming||.aidl|
AL|programming||.al|
ALGOL|programming||.alg|
AMPL|programming||.ampl .mod|
ANTLR|programming||.g4|
API Blueprint|markup||.apib|
APL|programming||.apl .dyalog|
ASL|programming||.asl .dsl|
ASN.1|data||.asn .asn1|
ASP.NET|programming|aspx aspx-vb|.asax .ascx .ashx .asmx .aspx .axd|
ATS|programming|ats2|.dats .hats .sats|
ActionScript|programming|actionscript 3 actionscript3 as3|.as|
Ada|programming|ada95 ada2005|.adb .ada .ads|
Adblock Filter List|data|ad block filters ad block adb adblock|.txt|
Adobe Font Metrics|data|acfm adobe composite font metrics adobe multiple font metrics amfm|.afm|
Agda|programming||.agda|
Aiken|programming||.ak|
Aleo|programming||.aleo|
Alloy|programming||.als|
Alpine Abuild|programming|abuild apkbuild||APKBUILD
Altium Designer|data|altium|.OutJob .PcbDoc .PrjPCB .SchDoc|
AngelScript|programming||.as .angelscript|
Answer Set Programming|programming||.lp|
Ant Build System|data|||ant.xml/build.xml
Antlers|markup||.antlers.html .antlers.php .antlers.xml|
ApacheConf|data|aconf apache|.apacheconf .vhost|.htaccess/apache2.conf/httpd.conf
Apex|programming||.cls .apex .trigger|
Apollo Guidance Computer|programming||.agc|
AppleScript|programming|apples osascript|.applescript .scpt|
Arc|programming||.arc|
AsciiDoc|prose||.asciidoc .adoc .asc|
AspectJ|programming||.aj|
Assembly|programming|asm nasm|.asm .a51 .i .inc .nas .nasm .s|
Astro|markup||.astro|
Asymptote|programming||.asy|
Augeas|programming||.aug|
AutoHotkey|programming|ahk|.ahk .ah1 .ah2 .ahkl|
AutoIt|programming|au3 AutoIt3 AutoItScript|.au3|
Avro IDL|data||.avdl|
Awk|programming||.awk .auk .gawk .mawk .nawk|
B|programming||.b|
B (Formal Method)|programming||.mch|
B4X|programming|basic for android|.bas|
BAML|programming||.baml|
BASIC|programming||.bas|
BBCode|markup||.bbcode|
BIRD2|data|bird bird3||bird.conf
BQN|programming||.bqn|
Ballerina|programming||.bal|
Batchfile|programming|bat batch dosbatch winbatch|.bat .cmd|gradlew.bat/mvnw.cmd
Beef|programming||.bf|
Befunge|programming||.befunge .bf|
Berry|programming|be|.be|
BibTeX|markup||.bib .bibtex|
BibTeX Style|programming||.bst|
Bicep|programming||.bicep .bicepparam|
Bikeshed|markup||.bs|
Bison|programming||.bison|
BitBake|programming||.bb .bbappend .bbclass .inc|
Blade|markup||.blade .blade.php|
BlitzBasic|programming|b3d blitz3d blitzplus bplus|.bb .decls|
BlitzMax|programming|bmax|.bmx|
Blueprint|markup|blp|.blp|
Bluespec|programming|bluespec bsv bsv|.bsv|
Bluespec BH|programming|bh bluespec classic|.bs|
Boo|programming||.boo|
Boogie|programming||.bpl|
Brainfuck|programming||.b .bf|
BrighterScript|programming||.bs|
Brightscript|programming||.brs|
Browserslist|data|||.browserslistrc/browserslist
Bru|markup||.bru|
BuildStream|data||.bst|
C|programming||.c .cats .h .h.in .idc|
C#|programming|csharp cake cakescript|.cs .cake .cs.pp .csx .linq|
C++|programming|cpp|.cpp .c++ .cc .cp .cppm .cxx .h .h++ .hh .hpp .hxx .inc .inl .ino .ipp .ixx .re .tcc .tpp .txx|
C-ObjDump|data||.c-objdump|
C2hs Haskell|programming|c2hs|.chs|
C3|programming||.c3|
CAP CDS|programming|cds|.cds|
CIL|data||.cil|
CLIPS|programming||.clp|
CMake|programming||.cmake .cmake.in|CMakeLists.txt
COBOL|programming||.cob .cbl .ccp .cobol .cpy|
CODEOWNERS|data|||CODEOWNERS
COLLADA|data||.dae|
CQL|programming||.cql|
CSON|data||.cson|
CSS|markup||.css|
CSV|data||.csv|
CUE|programming||.cue|
CWeb|programming||.w|
Cabal Config|data|Cabal|.cabal|cabal.config/cabal.project
Caddyfile|data|Caddy|.caddyfile|Caddyfile
Cadence|programming||.cdc|
Cairo|programming||.cairo|
Cairo Zero|programming||.cairo|
CameLIGO|programming||.mligo|
Cangjie|programming||.cj|
Cap'n Proto|programming||.capnp|
Carbon|programming||.carbon|
CartoCSS|programming|Carto|.mss|
Ceylon|programming||.ceylon|
Chapel|programming|chpl|.chpl|
Charity|programming||.ch|
Checksums|data|checksum hash hashes sum sums|.crc32 .md2 .md4 .md5 .sha1 .sha2 .sha224 .sha256 .sha256sum .sha3 .sha384 .sha512|MD5SUMS/SHA1SUMS/SHA256SUMS/SHA256SUMS.txt/SHA512SUMS/checksums.txt/cksums/md5sum.txt
ChucK|programming||.ck|
Circom|programming||.circom|
Cirru|programming||.cirru|
Clarion|programming||.clw|
Clarity|programming||.clar|
Classic ASP|programming|asp|.asp|
Clean|programming||.icl .dcl|
Click|programming||.click|
Clojure|programming||.clj .bb .boot .cl2 .cljc .cljs .cljs.hl .cljscm .cljx .hic|riemann.config
Closure Templates|markup|soy|.soy|
Cloud Firestore Security Rules|data|||firestore.rules
Clue|programming||.clue|
CoNLL-U|data|CoNLL CoNLL-X|.conllu .conll|
CodeQL|programming|ql|.ql .qll|
CoffeeScript|programming|coffee coffee-script|.coffee ._coffee .cake .cjsx .coffee.erb .iced|Cakefile
ColdFusion|programming|cfm cfml coldfusion html|.cfm .cfml|
ColdFusion CFC|programming|cfc|.cfc|
Common Lisp|programming|lisp|.lisp .asd .cl .l .lsp .ny .podsl .sexp|
Common Workflow Language|programming|cwl|.cwl|
Component Pascal|programming||.cp .cps|
Cooklang|markup||.cook|
Cool|programming||.cl|
Cpp-ObjDump|data|c++-objdump|.cppobjdump .c++-objdump .c++objdump .cpp-objdump .cxx-objdump|
Creole|prose||.creole|
Crystal|programming||.cr|
Csound|programming|csound-orc|.orc .udo|
Csound Document|programming|csound-csd|.csd|
Csound Score|programming|csound-sco|.sco|
Cuda|programming||.cu .cuh|
Cue Sheet|data||.cue|
Curry|programming||.curry|
Cycript|programming||.cy|
Cylc|data||.cylc|suite.rc
Cypher|programming||.cyp .cypher|
Cython|programming|pyrex|.pyx .pxd .pxi|
D|programming|Dlang|.d .di|
D-ObjDump|data||.d-objdump|
D2|markup|d2lang|.d2|
DIGITAL Command Language|programming|dcl|.com|
DM|programming|byond|.dm|
DNS Zone|data||.zone .arpa|
DTrace|programming|dtrace-script|.d|
Dafny|programming||.dfy|
Darcs Patch|data|dpatch|.darcspatch .dpatch|
Dart|programming||.dart|
Daslang|programming||.das|
DataWeave|programming||.dwl|
Debian Package Control File|data||.dsc|
DenizenScript|programming||.dsc|
Dhall|programming||.dhall|
Diff|data|udiff|.diff .patch|
DirectX 3D File|data||.x|
Dockerfile|programming|Containerfile|.dockerfile .containerfile|Containerfile/Dockerfile
Dogescript|programming||.djs|
Dotenv|data||.env|.env/.env.ci/.env.dev/.env.development/.env.development.local/.env.example/.env.local/.env.prod/.env.production/.env.sample/.env.staging/.env.template/.env.test/.env.testing
Dune|programming|||dune-project
Dylan|programming||.dylan .dyl .intr .lid|
E|programming||.e|
E-mail|data|email eml mail mbox|.eml .mbox|
EBNF|data||.ebnf|
ECL|programming||.ecl .eclxml|
ECLiPSe|programming||.ecl|
EJS|markup||.ejs .ect .ejs.t .jst|
EQ|programming||.eq|
Eagle|data||.sch .brd|
Earthly|programming|Earthfile||Earthfile
Easybuild|data||.eb|
Ecere Projects|data||.epj|
Ecmarkup|markup|ecmarkdown|.html|
Edge|markup||.edge|
EdgeQL|programming|esdl|.edgeql .esdl|
EditorConfig|data|editor-config|.editorconfig|.editorconfig
Edje Data Collection|data||.edc|
Eiffel|programming||.e|
Elixir|programming||.ex .exs|mix.lock
Elm|programming||.elm|
Elvish|programming||.elv|
Elvish Transcript|programming|||
Emacs Lisp|programming|cask eask elisp emacs|.el .emacs .emacs.desktop|.abbrev_defs/.emacs/.emacs.desktop/.gnus/.spacemacs/.viper/Cask/Eask/Project.ede/_emacs/abbrev_defs
EmberScript|programming||.em .emberscript|
Erlang|programming||.erl .app .app.src .es .escript .hrl .xrl .yrl|Emakefile/rebar.config/rebar.config.lock/rebar.lock
Euphoria|programming||.e .ex|
F#|programming|fsharp|.fs .fsi .fsx|
F*|programming|fstar|.fst .fsti|
FIGlet Font|data|FIGfont|.flf|
FIRRTL|programming||.fir|
FLUX|programming||.fx .flux|
FPP|programming||.fpp .fppi|
Factor|programming||.factor|.factor-boot-rc/.factor-rc
Fancy|programming||.fy .fancypack|Fakefile
Fantom|programming||.fan|
Faust|programming||.dsp|
Fennel|programming||.fnl|
Filebench WML|programming||.f|
Filterscript|programming||.fs|
FlatBuffers|data||.fbs|
Flix|programming||.flix|
Fluent|programming||.ftl|
Formatted|data||.for .eam.fs|
Forth|programming||.fth .4th .f .for .forth .fr .frt .fs|
Fortran|programming||.f .f77 .for .fpp|
Fortran Free Form|programming||.f90 .f03 .f08 .f95|
FreeBASIC|programming|fb|.bi .bas|
FreeMarker|programming|ftl|.ftl .ftlh|
Frege|programming||.fr|
Futhark|programming||.fut|
G-code|programming||.g .cnc .gco .gcode|
GAML|programming||.gaml|
GAMS|programming||.gms|
GAP|programming||.g .gap .gd .gi .tst|
GCC Machine Description|programming||.md|
GDB|programming||.gdb .gdbinit|
GDScript|programming||.gd|
GDShader|programming||.gdshader .gdshaderinc|
GEDCOM|data||.ged|
GLSL|programming||.glsl .fp .frag .frg .fs .fsh .fshader .geo .geom .glslf .glslv .gs .gshader .rchit .rmiss .shader .tesc .tese .vert .vrx .vs .vsh .vshader|
GN|data||.gn .gni|.gn
GSC|programming||.gsc .csc .gsh|
Game Maker Language|programming||.gml|
Gemfile.lock|data|||Gemfile.lock
Gemini|prose|gemtext|.gmi|
Genero 4gl|programming||.4gl|
Genero per|markup||.per|
Genie|programming||.gs|
Genshi|programming|xml+genshi xml+kid|.kid|
Gentoo Ebuild|programming||.ebuild|
Gentoo Eclass|programming||.eclass|
Gerber Image|data|rs-274x|.gbr .cmp .gbl .gbo .gbp .gbs .gko .gml .gpb .gpt .gtl .gto .gtp .gts .ncl .sol|
Gettext Catalog|prose|pot|.po .pot|
Gherkin|programming|cucumber|.feature .story|
Git Attributes|data|gitattributes||.gitattributes
Git Commit|data|commit||.gitmessage/COMMIT_EDITMSG
Git Config|data|gitconfig gitmodules|.gitconfig|.gitconfig/.gitmodules/.tgitconfig/config.worktree
Git Revision List|data|Git Blame Ignore Revs||.git-blame-ignore-revs
Gleam|programming||.gleam|
Glimmer JS|programming|gjs|.gjs|
Glimmer TS|programming|gts|.gts|
Glyph|programming||.glf|
Glyph Bitmap Distribution Format|data||.bdf|
Gno|programming|gnolang|.gno|
Gnuplot|programming||.gp .gnu .gnuplot .p .plot .plt|
Go|programming|golang|.go|
Go Checksums|data|go.sum go sum go.work.sum go work sum||go.sum/go.work.sum
Go Module|data|go.mod go mod||go.mod
Go Template|markup|gotmpl|.gohtml .gotmpl .html.tmpl .tmpl .tpl|_helpers.tpl
Go Workspace|data|go.work go work||go.work
Godot Resource|data||.gdnlib .gdns .tres .tscn|project.godot
Golo|programming||.golo|
Gosu|programming||.gs .gst .gsx .vark|
Grace|programming||.grace|
Gradle|data||.gradle|
Gradle Kotlin DSL|data||.gradle.kts|
Grammatical Framework|programming|gf|.gf|
Graph Modeling Language|data||.gml|
GraphQL|data||.graphql .gql .graphqls|
Graphviz (DOT)|data||.dot .gv|
Groovy|programming||.groovy .grt .gtpl .gvy|Jenkinsfile
Groovy Server Pages|programming|gsp java server page|.gsp|
GtkRC|data|gtk gtk 1 gtk 2|.gtkrc|gtkrc/gtkrc-2.0
HAProxy|data||.cfg|haproxy.cfg
HCL|programming|HashiCorp Configuration Language opentofu terraform|.hcl .nomad .tf .tfvars .tofu .workflow|
HIP|programming||.hip|
HLSL|programming||.hlsl .cginc .fx .fxh .hlsli|
HOCON|data||.hocon|.scalafix.conf/.scalafmt.conf
HTML|markup|xhtml|.html .hta .htm .html.hl .inc .xht .xhtml|
HTML+ECR|markup|ecr|.ecr|
HTML+EEX|markup|eex heex leex|.html.eex .heex .leex|
HTML+ERB|markup|erb rhtml html+ruby|.erb .erb.deface .rhtml|
HTML+PHP|markup||.phtml|
HTML+Razor|markup|razor|.cshtml .razor|
HTTP|data||.http|
HXML|data||.hxml|
Hack|programming||.hack .hh .hhi .php|
Haml|markup||.haml .haml.deface|
Handlebars|markup|hbs htmlbars|.handlebars .hbs|
Harbour|programming||.hb|
Hare|programming||.ha|
Haskell|programming||.hs .hs-boot .hsc|
Haxe|programming||.hx .hxsl|
HiveQL|programming||.q .hql|
HolyC|programming||.hc|
Hosts File|data|hosts||HOSTS/hosts/hosts.txt
Hurl|programming||.hurl|
Hy|programming|hylang|.hy|
HyPhy|programming||.bf|
IDL|programming||.pro .dlm|
IGOR Pro|programming|igor igorpro|.ipf|
IL Assembly|programming|ilasm msil|.il|
INI|data|conf dosini|.ini .cfg .cnf .container .dof .frm .lektorproject .mount .network .prefs .pro .properties .service .socket .target .timer .url|.buckconfig/.coveragerc/.flake8/.gitreview/.pylintrc/HOSTS/buildozer.spec/hosts/pylintrc/vlcrc
IRC log|data|irc irc logs|.irclog .weechatlog|
ISPC|programming||.ispc|
Idris|programming||.idr .lidr|
Ignore List|data|ignore gitignore git-ignore|.gitignore|.agignore/.atomignore/.babelignore/.bzrignore/.ckignore/.coffeelintignore/.cvsignore/.dockerignore/.easignore/.eleventyignore/.eslint-ignore/.eslintignore/.gitignore/.ignore/.markdownlintignore/.nodemonignore/.npmignore/.prettierignore/.rgignore/.stylelintignore/.vercelignore/.vscodeignore/gitignore-global/gitignore_global
ImHex Pattern Language|programming|ImHex ImHexPatternLanguage imhexpl|.hexpat|
ImageJ Macro|programming|ijm|.ijm|
Imba|programming||.imba|
Inform 7|programming|i7 inform7|.ni .i7x|
Ink|programming||.ink|
Inno Setup|programming||.iss .isl|
Io|programming||.io|
Ioke|programming||.ik|
Isabelle|programming||.thy|
Isabelle ROOT|programming|||ROOT
J|programming||.ijs|
JAR Manifest|data|||MANIFEST.MF
JASS|programming|jass2|.j|
JCL|programming||.jcl|
JFlex|programming||.flex .jflex|
JSON|data|geojson jsonl sarif topojson|.json .4DForm .4DProject .avsc .geojson .gltf .har .ice .JSON-tmLanguage .json.example .jsonl .mcmeta .sarif .slnlaunch .tact .tfstate .tfstate.backup .topojson .webapp .webmanifest .yy .yyp|.all-contributorsrc/.arcconfig/.auto-changelog/.c8rc/.htmlhintrc/.imgbotconfig/.nycrc/.releaserc/.secrets.baseline/.tern-config/.tern-project/.watchmanconfig/MODULE.bazel.lock/Package.resolved/Pipfile.lock/bun.lock/composer.lock/deno.lock/flake.lock/mcmod.info
JSON with Comments|data|jsonc|.jsonc .code-snippets .code-workspace .hujson .sublime-build .sublime-color-scheme .sublime-commands .sublime-completions .sublime-keymap .sublime-macro .sublime-menu .sublime-mousemap .sublime-project .sublime-settings .sublime-theme .sublime-workspace .sublime_metrics .sublime_session .tsconfig.json|.babelrc/.devcontainer.json/.eslintrc/.eslintrc.json/.jscsrc/.jshintrc/.jslintrc/.oxlintrc.json/.swcrc/api-extractor.json/devcontainer.json/jsconfig.json/language-configuration.json/tsconfig.json/tslint.json
JSON5|data||.json5|
JSONLD|data||.jsonld|
JSONiq|programming||.jq|
Jac|programming||.jac|
Jai|programming||.jai|
Janet|programming||.janet|
Jasmin|programming||.j|
Java|programming||.java .jav .jsh|
Java Properties|data||.properties|
Java Server Pages|programming|jsp|.jsp .tag|
Java Template Engine|programming|jte|.jte|
JavaScript|programming|js node|.js ._js .bones .cjs .es .es6 .frag .gs .jake .javascript .jsb .jscad .jsfl .jslib .jsm .jspre .jss .jsx .mjs .njs .pac .sjs .ssjs .xsjs .xsjslib|Jakefile
JavaScript+ERB|programming||.js.erb|
Jest Snapshot|data||.snap|
JetBrains MPS|programming|mps|.mps .mpl .msd|
Jinja|markup|django html+django html+jinja htmldjango|.jinja .j2 .jinja2|
Jison|programming||.jison|
Jison Lex|programming||.jisonlex|
Jolie|programming||.ol .iol|
Jsonnet|programming||.jsonnet .libsonnet|
Julia|programming||.jl|
Julia REPL|programming|||
Jupyter Notebook|markup|IPython Notebook|.ipynb|Notebook
Just|programming|Justfile|.just|.JUSTFILE/.Justfile/.justfile/JUSTFILE/Justfile/justfile
KCL|programming||.k|kcl.mod/kcl.mod.lock
KDL|data||.kdl|
KFramework|programming||.k|
KRL|programming||.krl|
Kaitai Struct|programming|ksy|.ksy|
KakouneScript|programming|kak kakscript|.kak|kakrc
KerboScript|programming||.ks|
KiCad Layout|data|pcbnew|.kicad_pcb .kicad_mod .kicad_wks|fp-lib-table
KiCad Legacy Layout|data||.brd|
KiCad Schematic|data|eeschema schematic|.kicad_sch .kicad_sym .sch|
Kickstart|data||.ks|
Kit|markup||.kit|
KoLmafia ASH|programming||.ash|
Koka|programming||.kk|
Kotlin|programming||.kt .ktm .kts|
Kusto|data||.csl .kql|
LFE|programming||.lfe|
LLVM|programming||.ll|
LOLCODE|programming||.lol|
LSL|programming||.lsl .lslp|
LTspice Symbol|data||.asy|
LabVIEW|programming||.lvproj .lvclass .lvlib|
Lambdapi|programming||.lp|
Langium|programming||.langium|
Lark|data||.lark|
Lasso|programming|lassoscript|.lasso .las .lasso8 .lasso9|
Latte|markup||.latte|
Lean|programming||.lean .hlean|
Lean 4|programming|lean4|.lean|
Leo|programming||.leo|
Less|markup|less-css|.less|
Lex|programming|flex|.l .lex|Lexer.x/lexer.x
LigoLANG|programming||.ligo|
LilyPond|programming||.ly .ily|
Limbo|programming||.b .m|
Linear Programming|programming||.lp|
Linker Script|programming||.ld .lds .x|ld.script
Linux Kernel Module|data||.mod|
Liquid|markup||.liquid|
Liquidsoap|programming||.liq|
Literate Agda|programming||.lagda|
Literate CoffeeScript|programming|litcoffee|.litcoffee .coffee.md|
Literate Haskell|programming|lhaskell lhs|.lhs|
LiveCode Script|programming||.livecodescript|
LiveScript|programming|live-script ls|.ls ._ls|Slakefile
Lobster|programming||.lobster|
Logos|programming||.xm .x .xi|
Logtalk|programming||.lgt .logtalk|
LookML|programming||.lkml .lookml|
LoomScript|programming||.ls|
Lua|programming||.lua .fcgi .nse .p8 .pd_lua .rbxs .rockspec .wlua|.luacheckrc
Luau|programming||.luau|
M|programming|mumps|.mumps .m|
M3U|data|hls playlist m3u playlist|.m3u .m3u8|
M4|programming||.m4 .mc|
M4Sugar|programming|autoconf|.m4|configure.ac
MATLAB|programming|octave|.matlab .m|
MAXScript|programming||.ms .mcr|
MDX|markup||.mdx|
MLIR|programming||.mlir|
MQL4|programming||.mq4 .mqh|
MQL5|programming||.mq5 .mqh|
MTML|markup||.mtml|
MUF|programming||.muf .m|
Macaulay2|programming|m2|.m2|
Makefile|programming|bsdmake make mf|.mak .d .make .makefile .mk .mkfile|BSDmakefile/GNUmakefile/Kbuild/Makefile/Makefile.am/Makefile.boot/Makefile.frag/Makefile.in/Makefile.inc/Makefile.pc/Makefile.wat/makefile/makefile.sco/mkfile
Mako|programming||.mako .mao|
Markdown|prose|md pandoc|.md .livemd .markdown .mdown .mdwn .mkd .mkdn .mkdown .ronn .scd .workbook|contents.lr
Marko|markup|markojs|.marko|
Mask|markup||.mask|
Mathematical Programming System|programming||.mps|
Maven POM|data|||pom.xml
Max|programming|max/msp maxmsp|.maxpat .maxhelp .maxproj .mxt .pat|
MeTTa|programming||.metta|
Mercury|programming||.m .moo|
Mermaid|markup|mermaid example|.mmd .mermaid|
Meson|programming|||meson.build/meson_options.txt
Metal|programming||.metal|
Microsoft Developer Studio Project|data||.dsp|
Microsoft Visual Studio Solution|data||.sln|
MiniD|programming||.minid|
MiniScript|programming||.ms|
MiniYAML|data||.yaml .yml|
MiniZinc|programming||.mzn|
MiniZinc Data|data||.dzn|
Mint|programming||.mint|
Mirah|programming||.druby .duby .mirah|
Modelica|programming||.mo|
Modula-2|programming||.mod|
Modula-3|programming||.i3 .ig .m3 .mg|
Module Management System|programming||.mms .mmk|descrip.mmk/descrip.mms
Mojo|programming||.mojo|
Monkey|programming||.monkey .monkey2|
Monkey C|programming||.mc|
Moocode|programming||.moo|
MoonBit|programming||.mbt|
MoonScript|programming||.moon|
Motoko|programming||.mo|
Motorola 68K Assembly|programming|m68k|.asm .i .inc .s .x68|
Move|programming||.move|
Muse|prose|amusewiki emacs muse|.muse|
Mustache|markup||.mustache|
Myghty|programming||.myt|
NASL|programming||.nasl .inc|
NCL|programming||.ncl|
NEON|data|nette object notation ne-on|.neon|
NL|data||.nl|
NMODL|programming||.mod|
NPM Config|data|npmrc||.npmrc
NSIS|programming||.nsi .nsh|
NWScript|programming||.nss|
Nasal|programming||.nas|
Nearley|programming||.ne .nearley|
Nemerle|programming||.n|
NetLinx|programming||.axs .axi|
NetLinx+ERB|programming||.axs.erb .axi.erb|
NetLogo|programming||.nlogo|
NewLisp|programming||.nl .lisp .lsp|
Nextflow|programming||.nf|nextflow.config
Nginx|data|nginx configuration file|.nginx .nginxconf .vhost|nginx.conf
Nickel|programming||.ncl|
Nim|programming||.nim .nim.cfg .nimble .nimrod .nims|nim.cfg
Ninja|data||.ninja|
Nit|programming||.nit|
Nix|programming|nixos|.nix|
Noir|programming|nargo|.nr|
Nu|programming|nush|.nu|Nukefile
NumPy|programming||.numpy .numpyw .numsc|
Nunjucks|markup|njk|.njk|
Nushell|programming|nu-script nushell-script|.nu|
OASv2-json|data||.json|
OASv2-yaml|data||.yaml .yml|
OASv3-json|data||.json|
OASv3-yaml|data||.yaml .yml|
OCaml|programming||.ml .eliom .eliomi .ml4 .mli .mll .mly|
OMNeT++ MSG|programming|omnetpp-msg|.msg|
OMNeT++ NED|programming|omnetpp-ned|.ned|
Oberon|programming||.ob2|
ObjDump|data||.objdump|
Object Data Instance Notation|data||.odin|
ObjectScript|programming||.cls|
Objective-C|programming|obj-c objc objectivec|.m .h|
Objective-C++|programming|obj-c++ objc++ objectivec++|.mm|
Objective-J|programming|obj-j objectivej objj|.j .sj|
Odin|programming|odinlang odin-lang|.odin|
Omgrofl|programming||.omgrofl|
Opa|programming||.opa|
Opal|programming||.opal|
Open Policy Agent|programming||.rego|
OpenAPI Specification v2|data|oasv2||
OpenAPI Specification v3|data|oasv3||
OpenCL|programming||.cl .opencl|
OpenEdge ABL|programming|progress openedge abl|.p .cls .w|
OpenQASM|programming||.qasm|
OpenRC runscript|programming|openrc||
OpenSCAD|programming||.scad|
OpenStep Property List|data||.plist .glyphs|
OpenType Feature File|data|AFDKO|.fea|
Option List|data|opts ackrc||.ackrc/.rspec/.yardopts/ackrc/mocha.opts
Org|prose||.org|
OverPy|programming|opy|.opy|
OverpassQL|programming||.overpassql|
Ox|programming||.ox .oxh .oxo|
Oxygene|programming||.oxygene|
Oz|programming||.oz|
P4|programming||.p4|
PDDL|programming||.pddl|
PEG.js|programming||.pegjs .peggy|
PHP|programming|inc|.php .aw .ctp .fcgi .inc .php3 .php4 .php5 .phps .phpt|.php/.php_cs/.php_cs.dist/Phakefile
PLSQL|programming||.pls .bdy .ddl .fnc .pck .pkb .pks .plb .plsql .prc .spc .sql .tpb .tps .trg .vw|
PLpgSQL|programming||.pgsql .sql|
POV-Ray SDL|programming|pov-ray povray|.pov .inc|
Pact|programming||.pact|
Pan|programming||.pan|
Papyrus|programming||.psc|
Parrot|programming||.parrot|
Parrot Assembly|programming|pasm|.pasm|
Parrot Internal Representation|programming|pir|.pir|
Pascal|programming|delphi objectpascal|.pas .dfm .dpr .inc .lpr .pascal .pp|
Pawn|programming||.pwn .inc .sma|
Pep8|programming||.pep|
Perl|programming|cperl|.pl .al .cgi .fcgi .perl .ph .plx .pm .psgi .t|.latexmkrc/Makefile.PL/Rexfile/ack/cpanfile/latexmkrc
Pic|markup|pikchr|.pic .chem|
Pickle|data||.pkl|
PicoLisp|programming||.l|
PigLatin|programming||.pig|
Pike|programming||.pike .pmod|
Pip Requirements|data|||dev-requirements.txt/requirements-dev.txt/requirements.lock.txt/requirements.txt
Pkl|programming||.pkl|
PlantUML|data||.puml .iuml .plantuml|
Pod|prose||.pod|
Pod 6|prose||.pod .pod6|
PogoScript|programming||.pogo|
Polar|programming||.polar|
Pony|programming||.pony|
Portugol|programming||.por|
PostCSS|markup||.pcss .postcss|
PostScript|markup|postscr|.ps .eps .epsi .pfa|
Power Query|programming|powerquery|.pq|
PowerBuilder|programming||.pbt .sra .sru .srw|
PowerShell|programming|posh pwsh|.ps1 .psd1 .psm1|
Praat|programming||.praat|
Prisma|data||.prisma|
Pro*C|programming||.pc|
Processing|programming||.pde|
Procfile|programming|||Procfile
Proguard|data||.pro|
Prolog|programming||.pl .plt .pro .prolog .yap|
Promela|programming||.pml|
Propeller Spin|programming||.spin|
Protocol Buffer|data|proto protobuf Protocol Buffers|.proto|
Protocol Buffer Text Format|data|text proto protobuf text format|.textproto .pbt .pbtxt .txtpb|
Public Key|data||.asc .pub|
Pug|markup||.jade .pug|
Puppet|programming||.pp|Modulefile
Pure Data|data||.pd|
PureBasic|programming||.pb .pbi|
PureScript|programming||.purs|
Pyret|programming||.arr|
Python|programming|py py3 python3 rusthon|.py .cgi .fcgi .gyp .gypi .lmi .py3 .pyde .pyi .pyp .pyt .pyw .rpy .spec .tac .wsgi .xpy|.gclient/DEPS/SConscript/SConstruct/wscript
Python console|programming|pycon||
Python traceback|data||.pytb|
Q#|programming|qsharp|.qs|
QML|programming||.qml .qbs|
QMake|programming||.pro .pri|
Qt Script|programming||.qs|installscript.qs/toolchain_installscript.qs
Quake|programming|||m3makefile/m3overrides
QuakeC|programming||.qc|
Quartus Simulation IP|data||.sip|
QuickBASIC|programming|qb qbasic qb64 classic qbasic classic quickbasic|.bas .bi|
Quint|programming||.qnt|
R|programming|Rscript splus|.r .rd .rhistory .rsx|.Rapp.history/.Rhistory/.Rprofile/expr-dist
RAML|markup||.raml|
RAScript|programming||.rascript|
RBS|data||.rbs|
RDoc|prose||.rdoc|
REALbasic|programming||.rbbas .rbfrm .rbmnu .rbres .rbtbar .rbuistate|
REXX|programming|arexx|.rexx .pprx .rex|
RMarkdown|prose||.qmd .rmd|
RON|data||.ron|
ROS Interface|data|rosmsg|.msg .action .srv|
RPC|programming|rpcgen oncrpc xdr|.x|
RPGLE|programming|ile rpg sqlrpgle|.rpgle .sqlrpgle|
RPM Spec|data|specfile|.spec|
RUNOFF|markup||.rnh .rno|
Racket|programming||.rkt .rktd .rktl .scrbl|
Ragel|programming|ragel-rb ragel-ruby|.rl|
Raku|programming|perl6 perl-6|.6pl .6pm .nqp .p6 .p6l .p6m .pl .pl6 .pm .pm6 .raku .rakumod .t|
Rascal|programming||.rsc|
Raw token data|data|raw|.raw|
ReScript|programming||.res .resi|
Readline Config|data|inputrc readline||.inputrc/inputrc
Reason|programming||.re .rei|
ReasonLIGO|programming||.religo|
Rebol|programming||.reb .r .r2 .r3 .rebol|
Record Jar|data|||language-subtag-registry.txt
Red|programming|red/system|.red .reds|
Redcode|programming||.cw|
Redirect Rules|data|redirects||_redirects
Redscript|programming||.reds|
Regular Expression|data|regexp regex|.regexp .regex|
Ren'Py|programming|renpy|.rpy|
RenderScript|programming||.rs .rsh|
Rez|programming||.r|
Rhai|programming||.rhai|
Rich Text Format|markup||.rtf|
Ring|programming||.ring|
Riot|markup||.riot|
RobotFramework|programming||.robot .resource|
Robots Exclusion Rules|data|robots robots txt robotx.txt||robots.txt
Roc|programming||.roc|
Rocq Prover|programming|coq rocq|.v .coq|
Roff|markup|groff man manpage man page man-page mdoc nroff troff|.roff .1 .1in .1m .1x .2 .3 .3in .3m .3p .3pm .3qt .3x .4 .5 .6 .7 .8 .9 .l .man .mdoc .me .ms .n .nr .rno .tmac|eqnrc/mmn/mmt/troffrc/troffrc-end
Roff Manpage|markup||.1 .1in .1m .1x .2 .3 .3in .3m .3p .3pm .3qt .3x .4 .5 .6 .7 .8 .9 .man .mdoc|
Rouge|programming||.rg|
RouterOS Script|programming||.rsc|
Ruby|programming|jruby macruby rake rb rbx|.rb .builder .eye .fcgi .gemspec .god .jbuilder .mspec .pluginspec .podspec .prawn .rabl .rake .rbi .rbuild .rbw .rbx .ru .ruby .spec .thor .watchr|.irbrc/.pryrc/.simplecov/Appraisals/Berksfile/Brewfile/Buildfile/Capfile/Dangerfile/Deliverfile/Fastfile/Gemfile/Guardfile/Jarfile/Mavenfile/Podfile/Puppetfile/Rakefile/Snapfile/Steepfile/Thorfile/Vagrantfile/buildfile
Rust|programming|rs|.rs .rs.in|
SAS|programming||.sas|
SCSS|markup||.scss|
SELinux Policy|data|SELinux Kernel Policy Language sepolicy|.te|file_contexts/genfs_contexts/initial_sids/port_contexts/security_classes
SIP|programming||.sip|
SMT|programming||.smt2 .smt .z3|
SPARQL|data||.sparql .rq|
SQF|programming||.sqf .hqf|
SQL|data||.sql .ddl .inc .mysql .prc .tab .udf .viw|
SQLPL|programming||.sql .db2|
SRecode Template|markup||.srt|
SSH Config|data|sshconfig sshdconfig ssh_config sshd_config||ssh-config/ssh_config/sshconfig/sshconfig.snip/sshd-config/sshd_config
STAR|data||.star|
STL|data|ascii stl stla|.stl|
STON|data||.ston|
SVG|data||.svg|
SWIG|programming||.i .swg .swig|
Sage|programming||.sage .sagews|
Sail|programming||.sail|
Salt|programming|saltstack saltstate|.sls|
Sass|markup||.sass|
Scala|programming||.scala .kojo .sbt .sc|
Scaml|markup||.scaml|
Scenic|programming||.scenic|
Scheme|programming||.scm .sch .sld .sls .sps .ss|
Scilab|programming||.sci .sce .tst|
Self|programming||.self|
ShaderLab|programming||.shader|
Shell|programming|sh shell-script bash zsh envrc|.sh .bash .bats .cgi .command .fcgi .ksh .pacscript .sbatch .sh.in .slurm .tmux .tool .trigger .zsh .zsh-theme|.bash_aliases/.bash_functions/.bash_history/.bash_logout/.bash_profile/.bashrc/.cshrc/.envrc/.flaskenv/.kshrc/.login/.profile/.tmux.conf/.xinitrc/.xsession/.zlogin/.zlogout/.zprofile/.zshenv/.zshrc/9fs/PKGBUILD/bash_aliases/bash_logout/bash_profile/bashrc/cshrc/gradlew/kshrc/login/man/mvnw/profile/tmux.conf/xinitrc/xsession/zlogin/zlogout/zprofile/zshenv/zshrc
ShellCheck Config|data|shellcheckrc||.shellcheckrc
ShellSession|programming|bash session console|.sh-session|
Shen|programming||.shen|
Sieve|programming||.sieve|
Simple File Verification|data|sfv|.sfv|
Singularity|programming|||Singularity
Slang|programming||.slang|
Slash|programming||.sl|
Slice|programming||.ice|
Slim|markup||.slim|
Slint|markup||.slint|
SmPL|programming|coccinelle|.cocci|
Smali|programming||.smali|
Smalltalk|programming|squeak|.st .cs|
Smarty|programming||.tpl|
Smithy|programming||.smithy|
Snakemake|programming|snakefile|.smk .snakefile|Snakefile
Solidity|programming||.sol|
Soong|data|||Android.bp
SourcePawn|programming|sourcemod|.sp .inc|
SpiceDB Schema|data||.zed|
Spline Font Database|data||.sfd|
Squirrel|programming||.nut|
Stan|programming||.stan|
Standard ML|programming|sml|.ml .fun .sig .sml|
Starlark|programming|bazel bzl|.bzl .star|BUCK/BUILD/BUILD.bazel/MODULE.bazel/Tiltfile/WORKSPACE/WORKSPACE.bazel/WORKSPACE.bzlmod
Stata|programming||.do .ado .doh .ihlp .mata .matah .sthlp|
StringTemplate|markup||.st|
Stylus|markup||.styl|
SubRip Text|data||.srt|
SugarSS|markup||.sss|
SuperCollider|programming||.sc .scd|
SurrealQL|programming|surql|.surql|
Survex data|data||.svx|
Svelte|markup||.svelte|
Sway|programming||.sw|
Sweave|prose||.rnw|
Swift|programming||.swift|
SystemVerilog|programming||.sv .svh .vh|
TI Program|programming||.8xp .8xp.txt|
TL-Verilog|programming||.tlv|
TLA|programming||.tla|
TMDL|data|Tabular Model Definition Language|.tmdl|
TOML|data||.toml .toml.example|Cargo.lock/Cargo.toml.orig/Gopkg.lock/Pipfile/mise.local.lock/mise.lock/pdm.lock/poetry.lock/uv.lock
TSPLIB data|data|travelling salesman problem traveling salesman problem|.tsp|
TSQL|programming||.sql|
TSV|data|tab-seperated values|.tsv .vcf|
TSX|programming|typescriptreact|.tsx|
TXL|programming||.txl|
Tact|programming||.tact|
Talon|programming||.talon|
Tape|programming|vhs|.tape|
Tcl|programming|sdc xdc|.tcl .adp .sdc .tcl.in .tm .xdc|owh/starfield
Tcsh|programming||.tcsh .csh|
TeX|markup|latex|.tex .aux .bbx .cbx .cls .dtx .ins .lbx .ltx .mkii .mkiv .mkvi .sty .toc|
Tea|markup||.tea|
Teal|programming||.tl|
Terra|programming||.t|
Terraform Template|markup||.tftpl|
Texinfo|prose||.texinfo .texi .txi|
Text|prose|fundamental plain text|.txt .fr .nb .ncl .no|CITATION/CITATIONS/COPYING/COPYING.regex/COPYRIGHT.regex/FONTLOG/INSTALL/INSTALL.mysql/LICENSE/LICENSE.mysql/NEWS/README.me/README.mysql/README.nss/README.pc/click.me/delete.me/keep.me/package.mask/package.use.mask/package.use.stable.mask/read.me/readme.1st/test.me/use.mask/use.stable.mask
TextGrid|data||.TextGrid|
TextMate Properties|data|tm-properties||.tm_properties
Textile|prose||.textile|
Thrift|programming||.thrift|
Toit|programming||.toit|
Tolk|programming||.tolk|
Tor Config|data|torrc||torrc
Tree-sitter Query|programming|tsq|.scm|
Turing|programming||.t .tu|
Turtle|data||.ttl|
Twig|markup||.twig|
Type Language|data|tl|.tl|
TypeScript|programming|ts|.ts .cts .mts|
TypeSpec|programming|tsp|.tsp|
Typst|programming|typ|.typ|
Unified Parallel C|programming||.upc|
Unity3D Asset|data||.anim .asset .mask .mat .meta .prefab .unity|
Unix Assembly|programming|gas gnu asm unix asm|.s .ms|
Uno|programming||.uno|
UnrealScript|programming||.uc|
Untyped Plutus Core|programming||.uplc|
UrWeb|programming|Ur/Web Ur|.ur .urs|
V|programming|vlang|.v|
VBA|programming|visual basic for applications|.bas .cls .frm .vba|
VBScript|programming||.vbs|
VCL|programming||.vcl|
VHDL|programming||.vhdl .vhd .vhf .vhi .vho .vhs .vht .vhw|
Vala|programming||.vala .vapi|
Valve Data Format|data|keyvalues vdf|.vdf .vmf|
Velocity Template Language|markup|vtl velocity|.vtl|
Vento|markup||.vto|
Verilog|programming||.v .veo|
Verse|programming||.verse|
Vespa Schema Definition|data|vespa|.sd|
Vim Help File|prose|help vimhelp|.txt|
Vim Snippet|markup|SnipMate UltiSnip UltiSnips NeoSnippet|.snip .snippet .snippets|
Vim script|programming|vim viml nvim vimscript|.vim .vba .vimrc .vmb|.exrc/.gvimrc/.nvimrc/.vimrc/_vimrc/gvimrc/nvimrc/vimrc
Visual Basic .NET|programming|visual basic vbnet vb .net vb.net|.vb .vbhtml|
Visual Basic 6.0|programming|vb6 vb 6 visual basic 6 visual basic classic classic visual basic|.bas .cls .ctl .Dsr .frm|
Volt|programming||.volt|
Vue|markup||.vue|
Vyper|programming||.vy|
WDL|programming|Workflow Description Language|.wdl|
WGSL|programming||.wgsl|
Wavefront Material|data||.mtl|
Wavefront Object|data||.obj|
Web Ontology Language|data||.owl|
WebAssembly|programming|wast wasm|.wast .wat|
WebAssembly Interface Type|data|wit|.wit|
WebIDL|programming||.webidl|
WebVTT|data|vtt|.vtt|
Wget Config|data|wgetrc||.wgetrc
Whiley|programming||.whiley|
Wikitext|prose|mediawiki wiki|.mediawiki .wiki .wikitext|
Win32 Message File|data||.mc|
Windows Registry Entries|data||.reg|
Witcher Script|programming||.ws|
Wolfram Language|programming|mathematica mma wolfram wolfram lang wl|.mathematica .cdf .m .ma .mt .nb .nbp .wl .wls .wlt|
Wollok|programming||.wlk|
World of Warcraft Addon Data|data||.toc|
Wren|programming|wrenlang|.wren|
X BitMap|data|xbm|.xbm|
X Font Directory Index|data|||encodings.dir/fonts.alias/fonts.dir/fonts.scale
X PixMap|data|xpm|.xpm .pm|
X10|programming|xten|.x10|
XC|programming||.xc|
XCompose|data|||.XCompose/XCompose/xcompose
XML|data|rss xsd wsdl|.xml .adml .admx .ant .axaml .axml .builds .ccproj .ccxml .clixml .cproject .cscfg .csdef .csl .csproj .ct .depproj .dita .ditamap .ditaval .dll.config .dotsettings .filters .fsproj .fxml .glade .gml .gmx .gpx .grxml .gst .hzp .icls .iml .ivy .jelly .jsproj .kml .launch .mdpolicy .meta4 .mjml .mm .mod .mojo .mxml .natvis .ncl .ndproj .nproj .nuspec .odd .osm .pkgproj .pluginspec .proj .props .ps1xml .psc1 .pt .pubxml .qhelp .rbxmx .rdf .res .resx .rs .rss .sch .scxml .sfproj .shproj .slnx .srdf .storyboard .sublime-snippet .sw .targets .tml .ts .tsx .typ .ui .urdf .ux .vbproj .vcxproj .vsixmanifest .vssettings .vstemplate .vxml .wixproj .workflow .wsdl .wsf .wxi .wxl .wxs .x3d .xacro .xaml .xib .xlf .xliff .xmi .xml.dist .xmp .xproj .xsd .xspec .xul .zcml|.classpath/.cproject/.project/App.config/NuGet.config/Settings.StyleCop/Web.Debug.config/Web.Release.config/Web.config/packages.config
XML Property List|data||.plist .stTheme .tmCommand .tmLanguage .tmPreferences .tmSnippet .tmTheme|
XPages|data||.xsp-config .xsp.metadata|
XProc|programming||.xpl .xproc|
XQuery|programming||.xquery .xq .xql .xqm .xqy|
XS|programming||.xs|
XSLT|programming|xsl|.xslt .xsl|
Xmake|programming|||xmake.lua
Xojo|programming||.xojo_code .xojo_menu .xojo_report .xojo_script .xojo_toolbar .xojo_window|
Xonsh|programming||.xsh|
Xtend|programming||.xtend|
YAML|data|yml|.yml .mir .reek .rviz .sublime-syntax .syntax .yaml .yaml-tmlanguage .yaml.sed .yml.mysql|.clang-format/.clang-tidy/.clangd/.eslintrc/.gemrc/.releaserc/CITATION.cff/glide.lock/pixi.lock/yarn.lock
YANG|data||.yang|
YARA|programming||.yar .yara|
YASnippet|markup|snippet yas|.yasnippet|
Yacc|programming||.y .yacc .yy|
Yul|programming||.yul|
ZAP|programming||.zap .xzap|
ZIL|programming||.zil .mud|
Zeek|programming|bro|.zeek .bro|
ZenScript|programming||.zs|
Zephir|programming||.zep|
Zig|programming||.zig .zig.zon|
Zimpl|programming||.zimpl .zmpl .zpl|
Zmodel|data||.zmodel|
cURL Config|data|curlrc||.curlrc/_curlrc
crontab|data|cron cron table||crontab
desktop|data||.desktop .desktop.in|
dircolors|data||.dircolors|.dir_colors/.dircolors/DIR_COLORS/_dir_colors/_dircolors/dir_colors
eC|programming||.ec .eh|
edn|data||.edn|
fish|programming||.fish|
hoon|programming||.hoon|
iCalendar|data|iCal|.ics .ical|
jq|programming||.jq|
kvlang|markup||.kv|
mIRC Script|programming||.mrc|
mcfunction|programming||.mcfunction|
mdsvex|markup||.svx|
mupad|programming||.mu|
nanorc|data||.nanorc|.nanorc/nanorc
nesC|programming||.nc|
ooc|programming||.ooc|
pkg-config|data|pkgconf|.pc .pc.in|
q|programming||.q|
reStructuredText|prose|rst|.rst .rest .rest.txt .rst.txt|
sed|programming||.sed|
templ|markup||.templ|
ucode|programming||.uc|
vCard|data|virtual contact file electronic business card|.vcf|
wisp|programming||.wisp|
xBase|programming|advpl clipper foxpro|.prg .ch .prw|`;
