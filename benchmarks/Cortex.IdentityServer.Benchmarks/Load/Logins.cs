namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>
/// Logs in each user once, from a separate address. The run is limited by count, because a time limit would cut off logins with half-finished hashes.
/// </summary>
internal static class Logins
{
    public static Task RunAsync(IConfiguration arguments)
    {
        var emails = Clients.Known(arguments, "users");
        var (next, failed, skipped) = (-1, 0, arguments.Number("skip"));
        var seconds = Clients.Run(arguments, (_, connection) =>
        {
            for (int index; (index = Interlocked.Increment(ref next)) < emails.Length;)
            {
                var answer = connection.Send("POST", "/api/v1/auth/login", Clients.Address(skipped + index), Body(emails[index], Seed.Password));
                if (answer.Status != 200)
                {
                    Interlocked.Increment(ref failed);
                }
            }
        });
        Settings.Print(("rate", emails.Length / seconds), ("failed", failed));
        return Task.CompletedTask;
    }

    public static string Body(string email, string password) => $$"""{"email":"{{email}}","password":"{{password}}"}""";
}
