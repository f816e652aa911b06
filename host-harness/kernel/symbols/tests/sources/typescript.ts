import type { Base } from "./base";

export interface Greets<T extends Base = Base> {
  readonly name: string;
  greet(other: T): Promise<string>;
}
export type Pair<A, B = A> = [A, B];
export enum Colour { Red = "red", Grün = "grün" }
declare module "outside" { export function far(x: number): void; }
namespace Inner.Deep { export const value = 1; }
declare function declared(x: string): asserts x is "a";

@Injectable({ provide: "Greeter" })
export abstract class Greeter<T extends Base> implements Greets<T> {
  constructor(private readonly base: Base) {}
  abstract kind(): string;
  public async greet(other: T): Promise<string> {
    return <string>helper(other as unknown as Base);
  }
  private handler = (event: Event): void => { this.greet; };
  overloaded(x: string): void;
  overloaded(x: any) {}
}
export const helper = <T,>(x: T): T => x!;
let mutable: number | undefined;
