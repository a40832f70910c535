using System.Diagnostics;
using System.Diagnostics.Metrics;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Foundation.Telemetry;

namespace Cortex.IdentityServer.Identity.Login;

/// <summary>Counts logins by their outcome. A login with a second factor counts once for each of its two steps.</summary>
internal sealed class LoginMetrics(IMeterFactory meters) : IObservedMetrics
{
    public const string Password = "password";
    public const string SecondFactor = "second_factor";
    public const string Passkey = "passkey";

    private readonly Counter<long> _logins = meters.Create(Product.TelemetryName).CreateCounter<long>(
        "cortex.logins", "{login}", "Logins, by step (password, second_factor, or passkey) and outcome.");

    private static readonly string[] Outcomes =
    [
        "success", "two_factor_required", "invalid_credentials", "invalid_code", "invalid_challenge", "locked", "busy", "account_disabled",
        "email_not_verified",
    ];

    public void AddTo(Meter meter) => _logins.ShowEach("step", [Password, SecondFactor, Passkey], "outcome", Outcomes);

    public void Count(string step, LoginResult result) => _logins.Add(1, new("step", step), new("outcome", OutcomeOf(result)));

    private static string OutcomeOf(LoginResult result) => result switch
    {
        LoginResult.Success => "success",
        LoginResult.TwoFactorRequired => "two_factor_required",
        LoginResult.InvalidCredentials => "invalid_credentials",
        LoginResult.InvalidCode => "invalid_code",
        LoginResult.InvalidChallenge => "invalid_challenge",
        LoginResult.Locked => "locked",
        LoginResult.Busy => "busy",
        LoginResult.AccountDisabled => "account_disabled",
        LoginResult.EmailNotVerified => "email_not_verified",
        _ => throw new UnreachableException(),
    };
}
