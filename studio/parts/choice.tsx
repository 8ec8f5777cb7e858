interface Choosing {
  label: string;
  /** What each is called; the value itself where that is all. */
  options: { value: string; name?: string }[];
  chosen: string;
  onChoose: (value: string) => void;
}

export function Choice({ label, options, chosen, onChoose }: Choosing) {
  return (
    <label>
      {label}{' '}
      <select value={chosen} onChange={({ currentTarget }) => onChoose(currentTarget.value)}>
        {options.map(({ value, name = value }) => (
          <option key={value} value={value}>
            {name}
          </option>
        ))}
      </select>
    </label>
  );
}
