import { Skeleton } from '@/ui/Skeleton';

export function PageSkeleton() {
  return <Skeleton lines={6} />;
}
