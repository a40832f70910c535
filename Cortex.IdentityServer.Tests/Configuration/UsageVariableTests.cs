using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

public sealed class UsageVariableTests
{
    [Theory]
    [InlineData(null, null, 400, 35)]
    [InlineData("35", null, 35, 35)]
    [InlineData("36500", "36500", 36_500, 36_500)]
    [InlineData("90", "1", 90, 1)]
    public void Usage_is_kept_and_may_be_late_as_configured(string? retention, string? late, int days, int lateDays)
    {
        var usage = Variables.Read(Environments.Production, ("USAGE_RETENTION_DAYS", retention), ("USAGE_LATE_DAYS", late)).Usage;

        Assert.Equal((TimeSpan.FromDays(days), TimeSpan.FromDays(lateDays)), (usage.Retention, usage.LateLimit));
    }

    [Theory]
    [InlineData("USAGE_RETENTION_DAYS", "34")]
    [InlineData("USAGE_RETENTION_DAYS", "36501")]
    [InlineData("USAGE_RETENTION_DAYS", "1.5")]
    [InlineData("USAGE_RETENTION_DAYS", "forever")]
    [InlineData("USAGE_LATE_DAYS", "0")]
    [InlineData("USAGE_LATE_DAYS", "-35")]
    [InlineData("USAGE_LATE_DAYS", "36501")]
    public void An_invalid_value_stops_the_server_with_one_line_that_names_the_variable(string name, string value)
    {
        foreach (var environment in new[] { Environments.Development, Environments.Production })
        {
            Assert.StartsWith($"{name} must ", Assert.Single(Variables.Refusal(environment, (name, value))), StringComparison.Ordinal);
        }
    }

    /// <remarks>Otherwise the server would accept events that it deletes within the hour.</remarks>
    [Fact]
    public void Events_may_not_be_later_than_they_are_kept() => Assert.Equal(
        "USAGE_LATE_DAYS must not be greater than USAGE_RETENTION_DAYS.",
        Assert.Single(Variables.Refusal(Environments.Production, ("USAGE_RETENTION_DAYS", "40"), ("USAGE_LATE_DAYS", "41"))));
}
