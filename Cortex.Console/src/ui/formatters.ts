/** Making a formatter takes far longer than using it, so there is one for each locale and options. */
function reuse<Options, Format>(make: (locale: string, options?: Options) => Format) {
  const made = new Map<string, Format>();
  return (locale: string, options?: Options) => {
    const key = `${locale} ${JSON.stringify(options)}`;
    const format = made.get(key) ?? make(locale, options);
    made.set(key, format);
    return format;
  };
}

export const dateFormat = reuse((locale: string, options?: Intl.DateTimeFormatOptions) => new Intl.DateTimeFormat(locale, options));
export const numberFormat = reuse((locale: string, options?: Intl.NumberFormatOptions) => new Intl.NumberFormat(locale, options));
