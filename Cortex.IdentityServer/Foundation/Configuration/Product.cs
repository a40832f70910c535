namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>The product's name, as users see it in emails, authenticator apps, and passkey dialogs, and its version.</summary>
internal static class Product
{
    public const string Name = "Cortex Memory";

    /// <summary>The name of the meter with the server's own metrics, and of the source of its own spans.</summary>
    public const string TelemetryName = "Cortex.IdentityServer";

    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0";
}
