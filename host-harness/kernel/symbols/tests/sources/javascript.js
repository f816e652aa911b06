// Greeter in a comment
import { readFile as read } from "fs";

export default class Greeter extends Base {
  #count = 0;
  static kinds = [];
  onClick = (event) => this.greet(event);
  constructor(name) { super(); this.name = name; }
  async *greet({ other, größe }, ...rest) {
    return `Greeter ${helper(other)}`;
  }
  get count() { return this.#count; }
  #private() {}
}

export const helper = async (x) => x ?? LIMIT;
export const LIMIT = 3, OTHER = 4;
const Anonymous = class { run() {} };
function* generate(a, b = 2) { yield a; const local = 1; }
Greeter.prototype.extra = function (x) { return x; };
module.exports.shared = () => {};
export const App = () => <Greeter name={helper("x")}>Greeter text</Greeter>;
const table = { handler: function () {}, other: (x) => x, method() {} };
