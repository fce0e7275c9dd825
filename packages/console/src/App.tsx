export function App() {
  return <h1>ArRTM</h1>;
}
