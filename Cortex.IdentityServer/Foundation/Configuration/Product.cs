namespace Cortex.IdentityServer.Foundation.Configuration;

/// <summary>What people know this by: in their mails, their authenticator app and the dialog that asks for a passkey.</summary>
internal static class Product
{
    public const string Name = "Cortex Memory";

    public static string Version { get; } = typeof(Product).Assembly.GetName().Version?.ToString(3) ?? "0";
}
