#!/usr/bin/env python3
"""Opens pages of `audit report` in headless Chromium and looks whether people can read them.

    report.py [--chromium PROGRAM] [--screenshots FOLDER] [--broken] PAGE...

Each page is opened from its file, narrow and wide, light and dark, and as it is printed. It may
say nothing to the console, ask the network for nothing and scroll nowhere but inside its regions;
texts must be large and contrast enough; headings, landmarks, tables, regions and controls must
be there and have names. Exit 1 with the reasons otherwise. Needs Python and Chromium, no more.

With --broken each page is broken in every way that there is a rule against, and what does not
find that is a fault.
"""

import argparse
import base64
import json
import os
import pathlib
import subprocess
import sys
import tempfile

SIZES = [(360, 800), (1440, 900)]
SCHEMES = ["light", "dark"]

LOOK = r"""
(() => {
  // What is folded away is read, too.
  document.querySelectorAll("details").forEach(details => { details.open = true; });
  const faults = [];
  const say = (what, node) => { if (faults.length < 25) faults.push(what + ": " + describe(node)); };
  const describe = node => {
    const element = node.nodeType === 3 ? node.parentElement : node;
    return `<${element.localName} class="${element.className}"> ` + (node.textContent || "").trim().slice(0, 60);
  };
  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) {
    faults.push(`the page scrolls sideways: ${root.scrollWidth} > ${innerWidth}`);
    for (const element of document.querySelectorAll("body *")) {
      const box = element.getBoundingClientRect();
      if (box.right > innerWidth + 1 && !element.closest("[role=region]")) say("too wide", element);
    }
  }
  if (!root.lang) faults.push("no language");
  if (!document.title) faults.push("no title");
  if (document.querySelectorAll("script, iframe, object, embed, form").length) faults.push("something that runs");
  for (const element of document.querySelectorAll("*"))
    for (const attribute of element.attributes)
      if (/^on/i.test(attribute.name)) say("a handler", element);
  for (const element of document.querySelectorAll("[src], [href]")) {
    const to = element.getAttribute("src") || element.getAttribute("href");
    if (!/^(#|data:,$)/.test(to)) say("leads away", element);
  }
  const ids = [...document.querySelectorAll("[id]")].map(element => element.id);
  const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
  if (twice.length) faults.push("ids twice: " + twice.slice(0, 5));

  const parse = text => {
    const found = text.match(/[\d.]+/g).map(Number);
    return { r: found[0], g: found[1], b: found[2], a: found.length > 3 ? found[3] : 1 };
  };
  const over = (top, below) => ({
    r: top.r * top.a + below.r * (1 - top.a), g: top.g * top.a + below.g * (1 - top.a),
    b: top.b * top.a + below.b * (1 - top.a), a: 1,
  });
  const light = color => {
    const part = value => {
      value /= 255;
      return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
    };
    return 0.2126 * part(color.r) + 0.7152 * part(color.g) + 0.0722 * part(color.b);
  };
  const grounds = new Map();
  const ground = element => {
    if (!element) return parse(matchMedia("(prefers-color-scheme: dark)").matches ? "0 0 0" : "255 255 255");
    if (grounds.has(element)) return grounds.get(element);
    const own = parse(getComputedStyle(element).backgroundColor);
    const found = own.a === 1 ? own : over(own, ground(element.parentElement));
    grounds.set(element, found);
    return found;
  };
  let texts = 0, least = 99;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node; (node = walker.nextNode());) {
    const element = node.parentElement;
    if (!node.textContent.trim() || element.closest("style, .unseen") || !element.checkVisibility()) continue;
    const style = getComputedStyle(element);
    texts += 1;
    if (parseFloat(style.fontSize) < 12) say(`text of ${style.fontSize}`, node);
    const behind = ground(element);
    const [one, two] = [light(over(parse(style.color), behind)), light(behind)];
    const contrast = (Math.max(one, two) + 0.05) / (Math.min(one, two) + 0.05);
    least = Math.min(least, contrast);
    if (contrast < 4.5) say(`contrast of ${contrast.toFixed(2)}`, node);
  }
  if (!texts) faults.push("no text at all");

  for (const table of document.querySelectorAll("table")) {
    if (!table.caption || !table.caption.textContent.trim()) say("a table without a caption", table);
    if (!table.querySelector("th[scope=col]")) say("a table without headers", table);
    const region = table.closest("[role=region]");
    if (!region || region.tabIndex !== 0) say("a table that a keyboard can't scroll", table);
  }
  for (const region of document.querySelectorAll("[role=region], section, nav")) {
    const by = document.getElementById(region.getAttribute("aria-labelledby"));
    if (!(region.getAttribute("aria-label") || by && by.textContent || "").trim()) say("a region without a label", region);
  }
  for (const cell of document.querySelectorAll("th:not([scope])")) say("a header without a scope", cell);
  return { faults, texts, least };
})()
"""

FOCUSED = """
(() => {
  const element = document.activeElement, box = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  return { name: element.localName, skip: element.className, to: element.getAttribute("href"),
    seen: box.top >= 0 && box.bottom <= innerHeight && box.width > 0,
    outline: style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2 };
})()
"""

PRINTED = """
(() => {
  const faults = [];
  for (const details of document.querySelectorAll("details")) {
    const inside = [...details.children].filter(child => child.localName !== "summary");
    if (inside.some(child => child.textContent.trim() && !child.getBoundingClientRect().height))
      faults.push("closed on paper: " + details.querySelector("summary").textContent);
  }
  const ground = getComputedStyle(document.body).backgroundColor;
  if (ground !== "rgb(255, 255, 255)") faults.push("paper is not white: " + ground);
  return faults.slice(0, 5);
})()
"""


POLICY = '<meta http-equiv="Content-Security-Policy"'
# What is put in the place of what, and what must be said of it.
BROKEN = [
    ("a script", POLICY, f"<script>console.error('x')</script>{POLICY}", "something that runs"),
    ("a message", POLICY, f"<script>console.error('x')</script>{POLICY}", "the console was written to"),
    ("an exception", POLICY, f"<script>throw 'x'</script>{POLICY}", "an exception"),
    ("what the policy forbids", "</main>", "<script>1</script></main>", "the console: "),
    ("a handler", "<h1", "<h1 onclick='x'", "a handler"),
    ("a request", POLICY, f"<link rel=stylesheet href=http://127.0.0.1:9/x.css>{POLICY}", "a request"),
    ("a link away", "</main>", "<a href=https://example.com>x</a></main>", "leads away"),
    ("a wide box", "</main>", "<div style=width:99rem>x</div></main>", "scrolls sideways"),
    ("small text", "</main>", "<p style=font-size:11px>x</main>", "text of 11px"),
    ("faint text", "</main>", "<p style=color:#888888>x</main>", "contrast of"),
    ("no heading", "<h1>", "<p>", "headings don't begin"),
    ("a level left out", "<h2 ", "<h4>x</h4><h2 ", "levels left out"),
    ("no main", "<main", "<div", "main landmarks"),
    ("no caption", "<caption", "<template", "without a caption"),
    ("no headers", '<th scope="col"', "<td", "without headers"),
    ("no scope", '<th scope="row"', "<th", "without a scope"),
    ("no stop", 'tabindex="0"', "", "can't scroll"),
    ("no name of a region", "aria-labelledby=", "data-x=", "a region without a label"),
    ("no name of a link", "</main>", "<a href=#main></a></main>", "of the role link have no name"),
    ("no name of a fold", "</main>", "<details><summary></summary>x</details></main>", "DisclosureTriangle have no name"),
    ("an earlier stop", "<body>", "<body><a href=#main>x</a>", "not to the skip link first"),
    ("no focus", "</style>", "*:focus{outline:0!important}</style>", "can't be seen"),
    ("an id twice", "</main>", "<p id=main>x</main>", "ids twice"),
    ("closed on paper", "</style>", "details::details-content{content-visibility:hidden!important;display:none!important}</style>", "closed on paper"),
    ("dark paper", "</style>", "body{background:#111!important}</style>", "paper is not white"),
]


class Browser:
    """Chromium, spoken to over two pipes."""

    def __init__(self, program):
        self.folder = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        (child_in, self.out), (self.into, child_out) = os.pipe(), os.pipe()
        words = [program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                 "--no-first-run", "--disable-background-networking", "--remote-debugging-pipe",
                 f"--user-data-dir={self.folder.name}", "about:blank"]
        self.process = subprocess.Popen(words, close_fds=False, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                        preexec_fn=lambda: (wire(child_in, 3, child_out, 4)))
        os.close(child_in)
        os.close(child_out)
        self.last, self.rest, self.events = 0, b"", []

    def read(self):
        while b"\0" not in self.rest:
            more = os.read(self.into, 1 << 20)
            if not more:
                raise SystemExit("chromium is gone; does it start by hand?")
            self.rest += more
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, session=None, **parameters):
        self.last += 1
        message = {"id": self.last, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        os.write(self.out, json.dumps(message).encode() + b"\0")
        while True:
            answer = self.read()
            if answer.get("id") == self.last:
                if "error" in answer:
                    raise SystemExit(f"{method}: {answer['error']}")
                return answer["result"]
            self.events.append(answer)

    def wait(self, method):
        while not any(event.get("method") == method for event in self.events):
            self.events.append(self.read())

    def close(self):
        self.process.terminate()
        self.process.wait()
        self.folder.cleanup()


def wire(from_in, to_in, from_out, to_out):
    """Puts the pipes where Chromium looks for them, without one closing the other."""
    spare_in, spare_out = os.dup(from_in), os.dup(from_out)
    high_in, high_out = os.dup2(spare_in, 100), os.dup2(spare_out, 101)
    os.dup2(high_in, to_in)
    os.dup2(high_out, to_out)


class Page:
    """One page in a tab of its own."""

    def __init__(self, browser, path):
        self.browser, self.url = browser, pathlib.Path(path).resolve().as_uri()
        target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        self.target = target
        self.session = browser.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ["Page", "Runtime", "Log", "Network", "Accessibility", "DOM"]:
            self.call(f"{domain}.enable")

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def ask(self, expression):
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        if "exceptionDetails" in answer:
            raise SystemExit(f"{self.url}: {answer['exceptionDetails']}")
        return answer["result"].get("value")

    def open(self, width, height, scheme, media="screen"):
        self.browser.events.clear()
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False)
        self.call("Emulation.setEmulatedMedia", media=media,
                  features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=self.url)
        self.browser.wait("Page.loadEventFired")

    def said(self):
        """What the page said to the console, and what it asked the network for."""
        faults = []
        for event in self.browser.events:
            method, told = event.get("method"), event.get("params", {})
            if method == "Runtime.exceptionThrown":
                faults.append(f"an exception: {told['exceptionDetails'].get('text')}")
            if method == "Log.entryAdded" and told["entry"]["level"] in ("error", "warning"):
                faults.append(f"the console: {told['entry']['text']}")
            if method == "Runtime.consoleAPICalled" and told["type"] in ("error", "assert", "warning"):
                faults.append("the console was written to")
            if method == "Network.requestWillBeSent":
                asked = told["request"]["url"].split("#")[0]
                if asked not in (self.url, "data:,"):
                    faults.append(f"a request: {asked[:80]}")
        return faults

    def tree(self):
        """What assistive technology is told."""
        nodes = [node for node in self.call("Accessibility.getFullAXTree")["nodes"] if not node.get("ignored")]
        value = lambda node, name: node.get(name, {}).get("value", "")
        level = lambda node: next((p["value"]["value"] for p in node.get("properties", []) if p["name"] == "level"), 0)
        return [(value(node, "role"), str(value(node, "name")).strip(), level(node)) for node in nodes]

    def picture(self, path):
        size = self.call("Page.getLayoutMetrics")["cssContentSize"]
        clip = {"x": 0, "y": 0, "width": self.ask("innerWidth"), "height": min(size["height"], 15000), "scale": 1}
        data = self.call("Page.captureScreenshot", clip=clip, captureBeyondViewport=True)["data"]
        path.write_bytes(base64.b64decode(data))

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)


def outline(tree):
    """Headings that begin with one of the first level and leave none out."""
    levels = [level for role, _, level in tree if role == "heading"]
    if levels.count(1) != 1 or levels[:1] != [1]:
        yield f"headings don't begin with the only one of the first level: {levels[:6]}"
    jumps = [pair for pair in zip(levels, levels[1:]) if pair[1] > pair[0] + 1]
    if len(levels) < 5 or jumps:
        yield f"{len(levels)} headings, levels left out: {jumps[:3]}"


def names(tree):
    """Whatever can be reached or jumped to says what it is."""
    for role in ["heading", "link", "button", "region", "navigation", "table", "DisclosureTriangle"]:
        bare = [found for found in tree if found[0] == role and not found[1]]
        if bare:
            yield f"{len(bare)} of the role {role} have no name"
    roles = [role for role, _, _ in tree]
    if roles.count("main") != 1:
        yield f"{roles.count('main')} main landmarks"
    for role in ["link", "navigation", "table", "columnheader", "rowheader", "DisclosureTriangle", "region"]:
        if role not in roles:
            yield f"nothing of the role {role}"
    if roles.count("caption") + roles.count("Caption") < roles.count("table"):
        yield f"{roles.count('table')} tables, and fewer captions"


def keyboard(page):
    """The first stop of the keyboard is the way past the contents, and it can be seen."""
    for kind in ["keyDown", "keyUp"]:
        page.call("Input.dispatchKeyEvent", type=kind, key="Tab", code="Tab", windowsVirtualKeyCode=9)
    at = page.ask(FOCUSED)
    if at["skip"] != "skip" or at["to"] != "#main":
        yield f"Tab leads to {at['name']}, and not to the skip link first"
    elif not at["seen"] or not at["outline"]:
        yield "the skip link can't be seen when it has the focus"


def look(page, screenshots, name):
    """Everything there is to say against a page, with where."""
    for width, height in SIZES:
        for scheme in SCHEMES:
            place = f"{name} {width}x{height} {scheme}"
            page.open(width, height, scheme)
            found = page.ask(LOOK)
            tree = page.tree()
            if screenshots:
                page.picture(screenshots / f"{name}-{width}-{scheme}.png")
            faults = [*found["faults"], *outline(tree), *names(tree), *keyboard(page), *page.said()]
            yield from (f"{place}: {fault}" for fault in faults)
            print(f"{place}: {found['texts']} texts, least contrast {found['least']:.2f}, {len(faults)} faults")
    page.open(794, 1123, "dark", media="print")
    yield from (f"{name} printed: {fault}" for fault in page.ask(PRINTED))
    if screenshots:
        page.picture(screenshots / f"{name}-print.png")


def broken(browser, path, folder):
    """Breaks a page in every way, and says which of them are not found."""
    text = path.read_text()
    for name, old, new, said in BROKEN:
        worse = text.replace(old, new)
        if worse == text:
            yield f"{path.stem}: `{old}` is not there, to break `{name}`"
            continue
        copy = folder / (name.replace(" ", "-") + ".html")
        copy.write_text(worse)
        page = Page(browser, copy)
        faults = list(look(page, None, copy.stem))
        page.close()
        if not any(said in fault for fault in faults):
            yield f"{path.stem}: `{name}` is not found; said instead: {faults[:3]}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--chromium", default="chromium")
    parser.add_argument("--screenshots", type=pathlib.Path)
    parser.add_argument("--broken", action="store_true")
    parser.add_argument("pages", nargs="+", metavar="PAGE", type=pathlib.Path)
    words = parser.parse_args()
    if words.screenshots:
        words.screenshots.mkdir(parents=True, exist_ok=True)
    browser, faults = Browser(words.chromium), []
    try:
        for path in words.pages if words.broken else []:
            faults.extend(broken(browser, path, pathlib.Path(browser.folder.name)))
        for path in [] if words.broken else words.pages:
            page = Page(browser, path)
            faults.extend(look(page, words.screenshots, path.stem))
            page.close()
    finally:
        browser.close()
    print(*faults, sep="\n", file=sys.stderr)
    print(f"{len(words.pages)} pages, {len(faults)} faults")
    sys.exit(1 if faults else 0)


main()
