// Contrast is four fifths of what axe does, and follows from the style of a text and of what
// lies behind it: of the texts of a page that share all of that, axe looks at the first.
{
  const numbers = new Map(), behind = new Map([[null, 0]]);
  const number = (...facts) => {
    const key = facts.join();
    if (!numbers.has(key)) numbers.set(key, numbers.size + 1);
    return numbers.get(key);
  };
  const seen = new Set();
  for (const one of document.querySelectorAll("*")) {
    const style = getComputedStyle(one);
    behind.set(one, number(behind.get(one.parentElement), style.backgroundColor,
      style.backgroundImage, style.opacity, style.filter, style.position));
    const field = one.matches("input, select, textarea, button");
    const says = field || [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
    if (!says || !one.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
    const off = one.closest("label, :disabled, [aria-disabled=true]") !== null;
    const look = number(behind.get(one), style.color, style.fontSize, style.fontWeight,
      style.textShadow, style.clipPath, one.tagName, off);
    one.toggleAttribute("data-first-of-its-look", !seen.has(look));
    seen.add(look);
  }
  axe.configure({ rules: [{ id: "color-contrast", selector: "[data-first-of-its-look]" }] });
}
