import { m } from '@/paraglide/messages';

/** Gray lines that keep the place of content that is being loaded. */
export function Skeleton({ lines = 3 }: { lines?: number }) {
  return (
    <div role="status" aria-label={m.common_loading()} className="flex flex-col gap-3">
      {Array.from({ length: lines }, (_, line) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the lines never change their order.
        <div key={line} className="h-5 animate-pulse rounded bg-raised" />
      ))}
    </div>
  );
}
