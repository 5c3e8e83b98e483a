/** What importing a `.csv` file gives: its text, which becomes part of the step's bundle. */
declare module "*.csv" {
  const text: string;
  export default text;
}
