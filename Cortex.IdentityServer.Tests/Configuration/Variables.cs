using Cortex.IdentityServer.Foundation.Configuration;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Hosting;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>Reads the server's settings from a test's variables.</summary>
internal static class Variables
{
    /// <summary>The variables that Production requires.</summary>
    public static readonly Dictionary<string, string?> Needed = new()
    {
        ["POSTGRES_URL"] = "postgresql://cortex:database-password@db.example.com/cortex",
        ["JWT_SECRET_KEY"] = "Zq3vB8kTn5Yw1Rj7Lm9Xc2Hd6Gf4Ps0A",
        ["PUBLIC_URL"] = "http://localhost:5000",
        ["SECRET_KEY"] = "Wt5mK2pVx8Nb4Qz7Jr1Ly9Fd3Hc6Gs0E",
    };

    public static ReadSettings Read(params (string Name, string? Value)[] variables) => Read(Environments.Development, variables);

    /// <summary>Returns the required variables with the test's changes, in which null removes a variable.</summary>
    public static ReadSettings Read(string environment, params (string Name, string? Value)[] variables)
    {
        var all = new Dictionary<string, string?>(Needed);
        foreach (var (name, value) in variables)
        {
            all[name] = value;
        }

        return ReadSettings.Of(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), environment != Environments.Development);
    }

    /// <summary>Returns the error lines that the operator would see.</summary>
    public static string[] Refusal(string environment, params (string Name, string? Value)[] variables) =>
        Assert.Throws<ConfigurationException>(() => Read(environment, variables)).Message.Split(Environment.NewLine);
}
