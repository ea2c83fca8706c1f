/** Scripts are imported as text and become part of the executable. */
declare module "*.bash" {
  const text: string;
  export default text;
}

declare module "*.zsh" {
  const text: string;
  export default text;
}

declare module "*.fish" {
  const text: string;
  export default text;
}

declare module "*.py" {
  const text: string;
  export default text;
}
