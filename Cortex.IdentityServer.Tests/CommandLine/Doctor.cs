using Cortex.IdentityServer.Tests.Infrastructure;

namespace Cortex.IdentityServer.Tests.CommandLine;

/// <summary>Runs <c>doctor</c> in Production, and finds its lines.</summary>
internal static class Doctor
{
    /// <summary>A password that is easy to find in the output.</summary>
    public const string Password = "5eCr3tPa55w0rd";

    public static async Task<ServerRun> RunAsync(string database, params (string Name, string Value)[] settings)
    {
        var run = await Cli.RunAsync(
            database, ["doctor"], "", [("ASPNETCORE_URLS", "http://127.0.0.1:0"), ("MANAGEMENT_URLS", "http://127.0.0.1:0"), .. settings]);
        Assert.All(
            [Password, CortexApp.SecretKey, CortexApp.JwtSecret],
            secret => Assert.DoesNotContain(secret, run.Output + run.Errors, StringComparison.Ordinal));
        Assert.All(run.OutputLines(), line => Assert.Matches("^(ok  |warn|fail)  [a-z ]+: .+\\.$", line));
        return run;
    }

    public static async Task<RedisServer> StartRedisAsync(params string[] settings)
    {
        var redis = new RedisServer { Settings = settings };
        await redis.StartAsync();
        return redis;
    }

    /// <summary>Checks the exit code, and that each of these lines was printed: its verdict, the name of its check, and words of its text.</summary>
    public static ServerRun ShouldSay(this ServerRun run, int exitCode, params (string Start, string Words)[] lines)
    {
        run.ShouldExitWith(exitCode);
        Assert.All(lines, expected => Assert.True(
            run.OutputLines().Any(line => line.StartsWith(expected.Start + ": ", StringComparison.Ordinal)
                && line.Contains(expected.Words, StringComparison.Ordinal)),
            $"no line \"{expected.Start}: … {expected.Words} …\" in\n{run.Output}"));
        Assert.Equal(exitCode == 1 ? 1 : 0, run.ErrorLines.Length);
        return run;
    }

    /// <summary>Returns the lines that aren't ok.</summary>
    public static string[] Findings(this ServerRun run) => [.. run.OutputLines().Where(line => !line.StartsWith("ok ", StringComparison.Ordinal))];
}
