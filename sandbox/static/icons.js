// Small drawings, one path each.
const PATHS = {
  telegram: "M3 11.2 20.4 4.3c.9-.3 1.7.2 1.4 1.5l-3 13.6c-.2 1-.8 1.2-1.6.8l-4.4-3.3-2.2 2.1c-.3.3-.5.5-.9.5l.3-4.5 8.2-7.4c.4-.3-.1-.5-.5-.2L7.5 13.8l-4.3-1.4c-1-.3-1-1-.2-1.2z",
  discord: "M19.3 5.3A16.5 16.5 0 0 0 15.2 4l-.5 1.1a15.3 15.3 0 0 0-5.4 0L8.8 4a16.5 16.5 0 0 0-4.1 1.3C2.1 9.2 1.4 13 1.7 16.8a16.6 16.6 0 0 0 5 2.6l1.1-1.8-1.7-.9.4-.3a11.9 11.9 0 0 0 11 0l.4.3-1.7.9 1.1 1.8a16.5 16.5 0 0 0 5-2.6c.5-4.4-.7-8.200-3-11.500zM8.700 14.500c-1 0-1.800-.9-1.800-2s.8-2 1.800-2 1.800.9 1.800 2-.8 2-1.800 2zm6.600 0c-1 0-1.800-.9-1.800-2s.8-2 1.800-2 1.800.9 1.800 2-.8 2-1.800 2z",
  slack: "M9 3h2l-.6 4.500h4L15 3h2l-.6 4.500H20v2h-3.900l-.5 4H19v2h-3.700L14.700 20h-2l.6-4.500h-4L8.700 20h-2l.6-4.500H4v-2h3.600l.5-4H5v-2h3.400zm1.100 6.500-.5 4h4l.5-4z",
  brain: "M12 2.500 13.900 9l6.600 2-6.600 2L12 19.500 10.100 13l-6.600-2 6.600-2zM19 15l.8 2.700 2.700.8-2.700.8L19 22l-.8-2.700-2.700-.8 2.700-.8z",
};

export function icon(name) {
  const space = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(space, "svg");
  const path = document.createElementNS(space, "path");
  path.setAttribute("d", PATHS[name]);
  svg.setAttribute("viewBox", "0 0 24 24");
  svg.setAttribute("aria-hidden", "true");
  svg.append(path);
  return svg;
}
