using System.Globalization;

namespace Cortex.IdentityServer.Features.CommandLine.Diagnosis;

/// <summary>Judges the difference between this machine's clock and PostgreSQL's, on which tokens and codes of second factors depend.</summary>
internal static class ClockCheck
{
    private static readonly TimeSpan MaxGood = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan MaxUsable = TimeSpan.FromSeconds(30);

    /// <param name="difference">How far PostgreSQL's clock is ahead.</param>
    /// <param name="uncertainty">How far the difference may be off.</param>
    /// <param name="lines">Receives the line.</param>
    public static void Report(TimeSpan difference, TimeSpan uncertainty, CheckLines lines)
    {
        const string Advice = "Synchronize both clocks with NTP: tokens and codes of second factors depend on them";
        var found = string.Create(
            CultureInfo.InvariantCulture,
            $"PostgreSQL's clock is {difference.Duration().TotalSeconds:0.0} seconds {(difference < TimeSpan.Zero ? "behind" : "ahead of")} this machine's");
        switch (difference.Duration() - uncertainty)
        {
            case var certain when certain > MaxUsable:
                lines.Fail("database clock", found, Advice);
                break;
            case var certain when certain > MaxGood:
                lines.Warn("database clock", found, Advice);
                break;
            default:
                lines.Ok("database clock", found);
                break;
        }
    }
}
