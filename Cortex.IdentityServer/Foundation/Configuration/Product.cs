namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>The product's name, as users see it in emails, authenticator apps, and passkey dialogs, and its version.</summary>
internal static class Product
{
    public const string Name = "Cortex Memory";

    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0";
}
