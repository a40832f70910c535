using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Billing;

/// <summary>A server that receives Polar's webhooks. The product <c>prod_pro</c> stands for the tier pro, and <c>prod_enterprise</c> for enterprise.</summary>
public class BillingApp(PostgresCluster cluster) : SharedStaffApp(cluster)
{
    /// <summary>A secret from which both of Polar's key schemes make a key.</summary>
    public const string Secret = "whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

    /// <summary>The secret that replaces it during a rotation. It is of the older kind.</summary>
    public const string OtherSecret = "polar_whs_ovyN6cPrTv56AApvzCaJno08SSmGJmgb";

    public const string Products = "prod_pro=pro,prod_enterprise=enterprise";

    protected override IEnumerable<(string Name, string Value)> Settings =>
        [.. base.Settings, ("POLAR_WEBHOOK_SECRET", $"{Secret},{OtherSecret}"), ("POLAR_PRODUCTS", Products)];
}
