using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Billing.Checkout;

/// <summary>Requires a path on this website, so that nobody can be sent to another one.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class LocalPathAttribute() : ValidationAttribute(
    $"must be a path on this website that begins with one slash: at most {MaxLength} characters after percent-encoding, no backslashes or control characters"),
    IDescribesSchema
{
    private const int MaxLength = 1000;

    /// <summary>Any website, because only the path matters.</summary>
    private const string Site = "https://localhost";

    public override bool IsValid(object? value) =>
        value is null
        || (value is string { Length: <= MaxLength } path && path.StartsWith('/') && !path.StartsWith("//", StringComparison.Ordinal)
            && !path.Any(letter => letter == '\\' || char.IsControl(letter)) && IsShort(path));

    /// <summary>Polar accepts URLs of about 2,000 characters, and counts them after percent-encoding.</summary>
    private static bool IsShort(string path) => Uri.TryCreate(Site + path, UriKind.Absolute, out var url) && url.AbsoluteUri.Length - Site.Length <= MaxLength;

    public void Describe(OpenApiSchema schema) => (schema.MinLength, schema.MaxLength, schema.Pattern) = (1, MaxLength, @"^/(?!/)[^\\]*$");
}
