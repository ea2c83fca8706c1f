/** Styles are imported as text and become part of every page. */
declare module "*.css" {
  const text: string;
  export default text;
}
