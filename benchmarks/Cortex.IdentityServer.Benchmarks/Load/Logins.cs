namespace Cortex.IdentityServer.Benchmarks.Load;

/// <summary>Logs users in, each once and from an address of its own: by count, as logins cut off by time would leave half-done hashes behind.</summary>
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
