using System.Text.RegularExpressions;

namespace Cortex.IdentityServer.Tests.Infrastructure;

/// <summary>Looks for levels in the output of a server process, in both formats of the log.</summary>
internal static partial class ServerLog
{
    public static void ShouldHaveNoErrors(string output) => Assert.False(Error().IsMatch(output), output);

    public static void ShouldHaveNoWarnings(string output) => Assert.False(Warning().IsMatch(output), output);

    [GeneratedRegex(@"^(fail|crit):|""level"":""(error|critical)""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Error();

    [GeneratedRegex(@"^warn:|""level"":""warning""", RegexOptions.Multiline | RegexOptions.CultureInvariant)]
    private static partial Regex Warning();
}
