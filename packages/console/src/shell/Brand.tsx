/** The mark of the product, as in its icon. */
export function Brand() {
  return (
    <span className="brand">
      <svg viewBox="0 0 32 32" width="26" height="26" aria-hidden="true">
        <path
          className="brand-bubble"
          d="M6 4h20a4 4 0 0 1 4 4v12a4 4 0 0 1-4 4H15l-8 6v-6H6a4 4 0 0 1-4-4V8a4 4 0 0 1 4-4z"
        />
        <path className="brand-lines" d="M9 11h14M9 17h9" />
      </svg>
      ArRTM
    </span>
  );
}
