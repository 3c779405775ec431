import { describe, expect, it } from 'vitest';
import { extractSymbols } from './extract-symbols.js';

/** `container.name kind` per symbol. */
function outline(language: string, source: string): string[] {
  const content = Buffer.from(source);
  const symbols = extractSymbols(language, content);
  for (const { name, start } of symbols) expect(content.toString('utf8', start, start + Buffer.byteLength(name))).toBe(name);
  return symbols.map(({ name, kind, container }) => `${container < 0 ? '' : `${symbols[container]!.name}.`}${name} ${kind}`);
}

const SOURCES: Record<string, [source: string, expected: string[]]> = {
  TypeScript: [
    `// function commented() {}
export const LIMIT = 3;
export const arrow = async (a: number): Promise<void> => {};
export default async function run<T>(x: T) { if (x) { call(x); } }
export abstract class Größe extends Base {
  private readonly size: number = 1;
  static of(x: number) { return new Größe(x); }
  get area() { return 1; }
  #hidden(a: string): void {
    for (const b of a) use(b);
    return;
  }
}
interface Shape { }
enum Colour { Red }
type Alias<T> = T[];
const text = \`
function inTemplate() {}
\`;
namespace Inner {
  export function deep() {}
}`,
    [
      'LIMIT constant',
      'arrow function',
      'run function',
      'Größe class',
      'Größe.size property',
      'Größe.of method',
      'Größe.area method',
      'Größe.#hidden method',
      'Shape interface',
      'Colour enum',
      'Alias type',
      'text constant',
      'Inner namespace',
      'Inner.deep method',
    ],
  ],
  JavaScript: [
    `'use strict';
exports = module.exports = function createApplication() {};
module.exports = class Router extends Base {
  handle(req) { return req; }
};
module.exports = class extends Base {};
module.exports = async function* (x) {};
// exports.commented = function () {};
exports.parse = function parseIt(text) {};
exports.Layer = class NamedOtherwise {
  match(path) {}
};
module.exports.arrow = async (a, { b }) => a;
module.exports.single = value => value;
exports.first = exports.second = function () {};
exports.version = '1.0';
exports.same = (1 + 2);
if (exports.version === '1.0') use();
(function (factory) {
  exports.wrapped = function () {};
  exports.assigned = value;
})();
`,
    [
      'createApplication function',
      'Router class',
      'Router.handle method',
      'parse function',
      'Layer class',
      'Layer.match method',
      'arrow function',
      'single function',
      'first function',
      'version variable',
      'same variable',
      'wrapped function',
    ],
  ],
  Python: [
    `"""
def in_docstring(): pass
"""
MAX = 3
class Point(Base):
    x: int = 0
    def move(self, dx):
        def inner(): pass
        return dx
async def fetch(): pass
# def commented(): pass
`,
    ['MAX constant', 'Point class', 'Point.x field', 'Point.move method', 'move.inner function', 'fetch function'],
  ],
  Go: [
    `package main

// func commented() {}
type Server struct {
	Addr string
}
type Handler interface { Serve() }
type ID int
const Max = 3
var ready = false
func New[T any](x T) *Server { return nil }
func (s *Server) Listen(addr string) error {
	return nil
}
`,
    [
      'main package',
      'Server struct',
      'Server.Addr field',
      'Handler interface',
      'ID type',
      'Max constant',
      'ready variable',
      'New function',
      'Server.Listen method',
    ],
  ],
  Java: [
    `package a.b;
/* class Commented {} */
public final class Account<T> implements Closeable {
    private static final int LIMIT = 3;
    private final String name;
    public Account(String name) {
        this.name = name;
    }
    @Override
    public void close() throws IOException {
        if (open) { release(name); }
        return;
    }
    enum State { OPEN }
}
interface Shape {
    double area();
}`,
    [
      'a.b package',
      'Account class',
      'Account.LIMIT constant',
      'Account.name field',
      'Account.Account constructor',
      'Account.close method',
      'Account.State enum',
      'Shape interface',
      'Shape.area method',
    ],
  ],
  Kotlin: [
    `data class User(val name: String) {
    val label: String = name
    override fun toString(): String = label
}
object Registry
fun User.greet() = "fun notHere()"
interface Shape`,
    ['User class', 'User.label property', 'User.toString method', 'Registry object', 'greet function', 'Shape interface'],
  ],
  Scala: [
    `case class Point(x: Int) {
  val y = 1
  def move(dx: Int): Point = copy(x + dx)
}
object Main { }
trait Shape { }`,
    ['Point class', 'Point.y property', 'Point.move method', 'Main object', 'Shape trait'],
  ],
  C: [
    `#define MAX 3
/* int commented(void) { } */
struct list { int n; };
typedef unsigned int u32;
enum colour { RED };
static int prototype(int a);
static inline struct list *make(int n)
{
  if (n) { call(n); }
  return 0;
}
int main(int argc, char **argv) {
  return 0;
}
static const int table[] = { 1 };`,
    ['MAX macro', 'list struct', 'u32 type', 'colour enum', 'make function', 'main function', 'table variable'],
  ],
  'C++': [
    `namespace app {
class Engine : public Base {
 public:
  explicit Engine(int n);
  virtual void run() const;
};
}
void app::Engine::run() const {
  while (true) { }
}
using Size = int;`,
    ['app namespace', 'Engine class', 'Engine.Engine method', 'Engine.run method', 'Engine.run method', 'Size type'],
  ],
  'C#': [
    `namespace App.Core
{
    public class Account : IDisposable
    {
        private readonly string _name;
        public const int Limit = 3;
        public string Name { get; set; }
        public Account(string name) { _name = name; }
        public async Task<int> SaveAsync(int id)
        {
            return await Store(id);
        }
    }
    public interface IShape { }
}`,
    [
      'Core namespace',
      'Core.Account class',
      'Account._name field',
      'Account.Limit constant',
      'Account.Name property',
      'Account.Account constructor',
      'Account.SaveAsync method',
      'Core.IShape interface',
    ],
  ],
  Rust: [
    `// fn commented() {}
pub struct Point<'a> {
    pub x: &'a str,
}
impl<'a> Point<'a> {
    pub fn new(x: &'a str) -> Self { Point { x } }
}
pub(crate) enum Kind { A }
trait Shape { fn area(&self) -> f64; }
macro_rules! square { () => {} }
const MAX: usize = 3;
mod inner {
    pub async unsafe fn deep() {}
}`,
    [
      'Point struct',
      'Point.x field',
      'Point class',
      'Point.new method',
      'Kind enum',
      'Shape trait',
      'square macro',
      'MAX constant',
      'inner module',
      'inner.deep method',
    ],
  ],
  Ruby: [
    `# def commented
module App
  class User < Base
    LIMIT = 3
    attr_reader :name
    def self.find(id)
    end
    def valid?
    end
  end
end`,
    ['App module', 'App.User class', 'User.LIMIT constant', 'User.name property', 'User.find method', 'User.valid? method'],
  ],
  PHP: [
    `<?php
namespace App\\Models;
# function commented() {}
abstract class User extends Base {
    const LIMIT = 3;
    private ?string $name;
    public static function find(int $id) { return "function notHere()"; }
}
function helper() {}`,
    ['Models namespace', 'User class', 'User.LIMIT constant', 'User.name property', 'User.find method', 'helper function'],
  ],
  Swift: [
    `public struct Point {
    var x: Int = 0
    init(x: Int) { }
    func move(by d: Int) { }
}
protocol Shape { }
enum Kind {
    case open
}
let limit = 3`,
    [
      'Point struct',
      'Point.x property',
      'Point.init constructor',
      'Point.move method',
      'Shape interface',
      'Kind enum',
      'Kind.open enum-member',
      'limit constant',
    ],
  ],
  Shell: [
    `# commented() { }
NAME=x
build() {
  echo "deploy() { }"
}
function deploy { :; }`,
    ['NAME variable', 'build function', 'deploy function'],
  ],
};

describe('extractSymbols', () => {
  it.each(Object.entries(SOURCES))('reads the definitions of %s', (language, [source, expected]) => {
    expect(outline(language, source)).toEqual(expected);
  });

  it('answers nothing for a language it does not know', () => {
    expect(extractSymbols('Brainfuck', Buffer.from('class A'))).toEqual([]);
    expect(extractSymbols('constructor', Buffer.from('class A'))).toEqual([]);
    expect(extractSymbols(undefined, Buffer.from('class A'))).toEqual([]);
  });

  it('leaves out a name that is not UTF-8', () => {
    expect(
      extractSymbols('Python', Buffer.from([...Buffer.from('def a'), 0xff, ...Buffer.from('(): pass\ndef b(): pass\n')])).map(
        ({ name }) => name,
      ),
    ).toEqual(['b']);
  });

  it('stays fast on hostile text', () => {
    const hostile = [
      'a '.repeat(100_000),
      '*'.repeat(200_000),
      `${'x('.repeat(200)}\n`.repeat(500),
      '`'.repeat(100_001),
      'public static '.repeat(15_000),
      `${'int f(a)\n'.repeat(20_000)}`,
      '    void a(b) c(d)\n'.repeat(10_000),
      `exports.a = ${'b.c = '.repeat(30_000)}`,
      'module.exports = exports = '.repeat(8_000),
      'const (\n'.repeat(20_000),
      'enum A {\n'.repeat(20_000),
      `enum A { ${'a, '.repeat(60_000)}`,
      'a.b.c.prototype.'.repeat(10_000),
      '= /'.repeat(60_000),
      `= /${'['.repeat(100_000)}`,
      '  A<B> c\n'.repeat(20_000),
      '}\n'.repeat(80_000),
    ];
    const started = performance.now();
    for (const language of Object.keys(SOURCES)) for (const text of hostile) extractSymbols(language, Buffer.from(`class A {\n${text}`));
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});
