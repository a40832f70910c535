using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.Usage;

/// <summary>A server with hard quotas.</summary>
public sealed class HardQuotaApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
        [.. base.Settings, ("QUOTAS", "free:requests=10,tokens=1000,cost_usd=1.5;pro:requests=100000"), ("QUOTA_MODE", "hard")];
}

/// <summary>A server with soft quotas.</summary>
public sealed class SoftQuotaApp(PostgresCluster cluster) : CortexApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings => [.. base.Settings, ("QUOTAS", "free:requests=10,tokens=1000")];
}

/// <summary>A server with Redis and hard quotas.</summary>
public sealed class RedisQuotaApp(PostgresCluster cluster) : RedisApp(cluster)
{
    protected override IEnumerable<(string Name, string Value)> Settings =>
    [
        .. base.Settings.Where(setting => setting.Name is not ("RATE_LIMITS" or "API_KEY_LIMITS")), ("QUOTAS", "free:requests=1000"), ("QUOTA_MODE", "hard"),
        ("RATE_LIMITS", HighLimits), ("API_KEY_LIMITS", "free=1000000,pro=1000000"),
    ];
}
