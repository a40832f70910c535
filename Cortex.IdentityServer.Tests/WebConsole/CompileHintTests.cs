using Cortex.IdentityServer.Features.WebConsole;

namespace Cortex.IdentityServer.Tests.WebConsole;

/// <summary>The console's own scripts, as they were built, tell browsers to compile them while they load.</summary>
public sealed class CompileHintTests
{
    private const string Hint = "//# allFunctionsCalledOnLoad";

    [Fact]
    public void Every_script_of_the_console_begins_with_the_hint()
    {
        Assert.SkipUnless(ConsoleFolder.OfProgram.HasConsole, "The web console was not built.");

        var scripts = Directory.GetFiles(Path.Combine(ConsoleFolder.OfProgram.Path, "assets"), "*.js")
            .Where(file => !Path.GetFileName(file).StartsWith("theme-", StringComparison.Ordinal))
            .ToList();

        Assert.NotEmpty(scripts);
        Assert.All(scripts, file => Assert.Equal(Hint, File.ReadLines(file).First()));
    }
}
