import { expect, it } from 'vitest';
import { extractSymbols } from './extract-symbols.js';

/** `container.name kind` per symbol. */
function outline(language: string, source: string): string[] {
  const symbols = extractSymbols(language, Buffer.from(source));
  return symbols.map(({ name, kind, container }) => `${container < 0 ? '' : `${symbols[container]!.name}.`}${name} ${kind}`);
}

const SOURCES: readonly [what: string, language: string, source: string, expected: string[]][] = [
  [
    'functions behind a regular expression with quotes in it',
    'JavaScript',
    'const QUOTE = /["\'`]/;\nfunction after() {}\nconst half = total / 2;\nfunction last() { return text.replace(/`/g, 1); }\nfunction end() {}\n',
    ['QUOTE constant', 'after function', 'half constant', 'last function', 'end function'],
  ],
  [
    'functions that are given to an object, and methods of one that has no name',
    'JavaScript',
    `function Router() {
  this.handle = function () {};
}
Router.prototype.use = function use(fn) {};
Router.all = async (a) => a;
module.exports = {
  create(context) {
    if (context) {
    }
    return 1;
  },
};
class Later {}
function free() {}
`,
    ['Router function', 'Router.handle function', 'use method', 'all method', 'create method', 'Later class', 'free function'],
  ],
  [
    'entries of blocks, with the type that methods belong to',
    'Go',
    `package a
type Mode int
const (
	modeRead Mode = iota
	ModeWrite
)
var (
	errGone = errors.New("gone")
	table   map[string]int
)
type (
	pair struct {
		left int
	}
	list []pair
)
func (p pair) sum() int {
	total := p.left
	return total
}
func (elsewhere *Other) get() {}
`,
    [
      'a package',
      'Mode type',
      'modeRead constant',
      'ModeWrite constant',
      'errGone variable',
      'table variable',
      'pair struct',
      'pair.left field',
      'list type',
      'pair.sum method',
      'get method',
    ],
  ],
  [
    'fields and members of enums, and nothing behind the end of a type',
    'C',
    `struct list {
	int count;
	const char *names[4];
	unsigned flags : 3;
};
enum colour {
	RED,
	GREEN = 4, /* not first */
	BLUE
};
STRANGE(thing)
	helper(list);
static const struct list *const lists[2] = { 0 };
GIT_INLINE(int) check_flags(
	int flags)
{
	return flags;
}
`,
    [
      'list struct',
      'list.count field',
      'list.names field',
      'list.flags field',
      'colour enum',
      'colour.RED enum-member',
      'colour.GREEN enum-member',
      'colour.BLUE enum-member',
      'lists variable',
      'check_flags function',
    ],
  ],
  [
    'classes with bases in a namespace, and members that are defined outside',
    'C++',
    `class Env : public base::Env, private Counted<int> {
 public:
  Env(int n) : n_(n) {}
  void Run() override { go(); }
 private:
  int n_ = 0;
  std::vector<int> list_;
};
struct Env::Rep {
  int x{3};
};
Env::~Env() {
  assert(n_);
}
int Env::Count(const std::string& name) { return n_; }
template <> struct Trait<int> {};
`,
    [
      'Env class',
      'Env.Env method',
      'Env.Run method',
      'Env.n_ field',
      'Env.list_ field',
      'Rep struct',
      'Rep.x field',
      'Env.~Env method',
      'Env.Count method',
      'Trait struct',
    ],
  ],
  [
    'variants of enums, and no type parameters',
    'Rust',
    `pub enum Kind<'a> {
    Plain,
    Named { name: String },
    Of(&'a str),
    Last = 3
}
struct Glue<M>
where
    M: Matcher,
{
    matcher: M,
}
`,
    [
      'Kind enum',
      'Kind.Plain enum-member',
      'Kind.Named enum-member',
      'Kind.Of enum-member',
      'Kind.Last enum-member',
      'Glue struct',
      'Glue.matcher field',
    ],
  ],
  [
    'what only the package sees',
    'Java',
    `package a.b;
class Base<T> {
    Node<K, V> parent;
    int[] sizes = {};
    Base(T value) {
        Other local = null;
    }
    enum Kind { }
}
enum Shape {
    @Deprecated ROUND,
    Square(4),
    last
}
`,
    [
      'a.b package',
      'Base class',
      'Base.parent field',
      'Base.sizes field',
      'Base.Base constructor',
      'Base.Kind enum',
      'Shape enum',
      'Shape.ROUND enum-member',
      'Shape.Square enum-member',
      'Shape.last enum-member',
    ],
  ],
  [
    'members of interfaces and enums',
    'C#',
    `interface IShape
{
    int Sides { get; }
    void Draw(int times);
}
enum Colour
{
    Red,
    Green = 2
}
`,
    [
      'IShape interface',
      'IShape.Sides property',
      'IShape.Draw method',
      'Colour enum',
      'Colour.Red enum-member',
      'Colour.Green enum-member',
    ],
  ],
  [
    'properties of a constructor and of any indentation, and no variables of functions',
    'Kotlin',
    `package a.b
class Sink(
  private val out: Stream,
  var count: Int
) {
  private var open = true
  fun close() {
    val local = 1
  }
}
val top = 1
`,
    ['a.b package', 'Sink class', 'Sink.out property', 'Sink.count property', 'Sink.open property', 'Sink.close method', 'top property'],
  ],
  [
    'methods of single objects, and ends',
    'Ruby',
    `class Outer
  def run
    helper
  end
  def other.single(x)
  end
end
module ::Top
end
def free
end
`,
    ['Outer class', 'Outer.run method', 'Outer.single method', 'Top module', 'free function'],
  ],
];

it.each(SOURCES)('reads %s (%s)', (_what, language, source, expected) => {
  expect(outline(language, source)).toEqual(expected);
});
