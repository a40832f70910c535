using Cortex.IdentityServer.Foundation.Configuration;

namespace Cortex.IdentityServer.Identity.Audit;

/// <summary>The retention of audit events.</summary>
/// <param name="Retention"><c>AUDIT_RETENTION_DAYS</c>: a month of events is deleted when its last day is older than this.</param>
internal sealed record AuditOptions(TimeSpan Retention)
{
    public static AuditOptions Read(SettingsReader settings) =>
        new(TimeSpan.FromDays(settings.ReadNumber("AUDIT_RETENTION_DAYS", defaultValue: 365, min: 1, max: 36_500, "days")));
}
