import { m } from '@/paraglide/messages';
import { Button } from './Button';

interface PagerProps {
  /** Whether this is a later page; “first page” goes back to the start, and the browser's back button one page. */
  isLater: boolean;
  onFirst: () => void;
  /** Absent on the last page. */
  onNext?: () => void;
}

/** Keyset pages go forward; the way back is the browser's history, because the cursor is in the address. */
export function Pager({ isLater, onFirst, onNext }: PagerProps) {
  return isLater || onNext ? (
    <nav aria-label={m.common_pages()} className="flex gap-2">
      <Button onPress={onFirst} isDisabled={!isLater}>
        {m.common_first_page()}
      </Button>
      <Button onPress={onNext} isDisabled={!onNext}>
        {m.common_next_page()}
      </Button>
    </nav>
  ) : null;
}
