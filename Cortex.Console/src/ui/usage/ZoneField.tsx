import { useMemo } from 'react';
import { m } from '@/paraglide/messages';
import { SelectField } from '../SelectField';
import { usePainted } from '../usePainted';
import { localZone, zones } from './zone';

interface ZoneFieldProps {
  value: string;
  /** Undefined for the reader's own zone. */
  onChange: (zone: string | undefined) => void;
}

/** The time zone of a report. The names of all zones, more than 400, are added once the page has been painted. */
export function ZoneField({ value, onChange }: ZoneFieldProps) {
  const isPainted = usePainted();
  const names = useMemo(() => (isPainted ? zones() : []), [isPainted]);
  return (
    <SelectField
      label={m.usage_time_zone()}
      value={value}
      onChange={(zone) => onChange(zone === localZone() ? undefined : zone)}
      options={[...new Set([value, ...names])].map((zone) => ({ value: zone, label: zone }))}
    />
  );
}
