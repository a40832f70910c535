using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.TwoFactor;

/// <summary>Counts the checks of second factors, at logins and wherever else one is required.</summary>
internal sealed class SecondFactorMetrics(IMeterFactory meters) : IObservedMetrics
{
    public const string Totp = "totp";
    public const string RecoveryCode = "recovery_code";
    public const string Passkey = "passkey";

    private readonly Counter<long> _checks = meters.Create(Product.TelemetryName).CreateCounter<long>(
        "cortex.second_factors", "{check}", "Checks of second factors, by method (totp, recovery_code, or passkey) and outcome (accepted, wrong, or locked).");

    public void AddTo(Meter meter) => _checks.ShowEach("method", [Totp, RecoveryCode, Passkey], "outcome", ["accepted", "wrong", "locked"]);

    public void Count(string method, SecondFactorResult result) => _checks.Add(1, new("method", method), new("outcome", result switch
    {
        SecondFactorResult.Accepted => "accepted",
        SecondFactorResult.Locked => "locked",
        _ => "wrong",
    }));
}
