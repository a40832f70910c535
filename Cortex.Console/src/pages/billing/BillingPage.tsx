import { query } from '@/api/client';
import { loadConfig, useConfig } from '@/api/useConfig';
import { m } from '@/paraglide/messages';
import { Below } from '@/ui/Below';
import { firstData } from '@/ui/firstData';
import { Loaded } from '@/ui/Loaded';
import { Notice } from '@/ui/Notice';
import { PageHeading } from '@/ui/PageHeading';
import { Skeleton } from '@/ui/Skeleton';
import { CheckoutReturn } from './CheckoutReturn';
import { LimitsCard } from './LimitsCard';
import { PlanCard } from './PlanCard';
import { ProductsCard } from './ProductsCard';

export function load() {
  loadConfig();
  return firstData(query.queryOptions('get', '/api/v1/billing'), query.queryOptions('get', '/api/v1/usage/quota'));
}

export function BillingPage() {
  const billing = query.useQuery('get', '/api/v1/billing');
  const quota = query.useQuery('get', '/api/v1/usage/quota');
  const config = useConfig();
  const isPending = config === undefined;
  const isOff = config?.billing === false;
  return (
    <>
      <PageHeading title={m.billing_title()} />
      <CheckoutReturn billing={billing.data} refetch={billing.refetch} />
      <Loaded query={billing} lines={4}>
        {(data) =>
          // If what the tiers allow arrived later than the buttons, it would move them.
          isPending ? (
            <Skeleton lines={4} />
          ) : (
            <>
              <PlanCard billing={data} hasPortal={!isOff && data.portal_available} />
              {isOff && (
                <Notice>
                  <p>{m.billing_off()}</p>
                </Notice>
              )}
              {!isOff && data.products.length > 0 && <ProductsCard billing={data} tiers={config?.tier_limits} />}
            </>
          )
        }
      </Loaded>
      <Below queries={[billing, { isPending }]}>
        <LimitsCard quota={quota} />
      </Below>
    </>
  );
}
