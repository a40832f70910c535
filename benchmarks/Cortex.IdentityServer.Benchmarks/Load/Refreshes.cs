namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Rotates refresh tokens; each client cycles through its own sessions.</summary>
internal static class Refreshes
{
    private const string Field = "\"refresh_token\":\"";

    public static Task RunAsync(IConfiguration arguments)
    {
        var tokens = Clients.Known(arguments, "tokens");
        var (connections, each, failed) = (arguments.Number("connections"), arguments.Number("count") / arguments.Number("connections"), 0);
        var seconds = Clients.Run(arguments, (client, connection) =>
        {
            var mine = tokens.Where((_, index) => index % connections == client).ToArray();
            for (var turn = 0; turn < each; turn++)
            {
                var answer = connection.Send("POST", "/api/v1/auth/refresh", Clients.Address(client), $$"""{"refresh_token":"{{mine[turn % mine.Length]}}"}""");
                if (answer.Status != 200)
                {
                    Interlocked.Increment(ref failed);
                    continue;
                }

                var start = answer.Body.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
                mine[turn % mine.Length] = answer.Body[start..answer.Body.IndexOf('"', start)];
            }
        });
        Settings.Print(("rate", each * connections / seconds), ("failed", failed));
        return Task.CompletedTask;
    }
}
