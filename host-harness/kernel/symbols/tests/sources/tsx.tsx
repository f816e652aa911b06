import React from "react";
type Props<T> = { items: T[]; render: (item: T) => JSX.Element };

export function List<T>({ items, render }: Props<T>) {
  const local = items.length;
  return <ul className="Props">{items.map((item) => <li>{render(item)} Props</li>)}</ul>;
}
export const Page: React.FC = () => <List<string> items={[]} render={(x) => <b>{x}</b>} />;
