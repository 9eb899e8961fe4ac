// Recorded streams that tests read as text.
declare module '*.txt' {
  const text: string;
  export default text;
}
