using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Features.Usage;

/// <summary>The settings of the ledger of usage.</summary>
/// <param name="Retention"><c>USAGE_RETENTION_DAYS</c>: how long rows of <c>usage_logs</c> are kept. Their sums are kept for as long as the account.</param>
/// <param name="LateLimit"><c>USAGE_LATE_DAYS</c>: how old a reported event may be.</param>
internal sealed record UsageOptions(TimeSpan Retention, TimeSpan LateLimit)
{
    /// <summary>The default of <c>USAGE_LATE_DAYS</c>, and the minimum of <c>USAGE_RETENTION_DAYS</c>.</summary>
    public const int DefaultLateDays = 35;

    /// <summary>The minimum of <see cref="Retention"/>.</summary>
    public static readonly TimeSpan MinRetention = TimeSpan.FromDays(DefaultLateDays);

    public static UsageOptions Read(SettingsReader settings)
    {
        var retention = settings.ReadNumber("USAGE_RETENTION_DAYS", defaultValue: 400, DefaultLateDays, max: 36_500, "days");
        var late = settings.ReadNumber("USAGE_LATE_DAYS", DefaultLateDays, min: 1, max: 36_500, "days");
        if (late > retention)
        {
            settings.AddError("USAGE_LATE_DAYS", "must not be greater than USAGE_RETENTION_DAYS");
        }

        return new(TimeSpan.FromDays(retention), TimeSpan.FromDays(late));
    }
}
