import defaultLogo from '../favicon.svg';
import { brand } from './brand';

export function Logo() {
  return (
    <span className="flex items-center gap-2 font-semibold text-ink">
      <img src={brand.logo || defaultLogo} alt="" width={28} height={28} className="max-h-7" />
      {brand.title}
    </span>
  );
}
