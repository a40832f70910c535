using System.ComponentModel.DataAnnotations;
using System.Text.RegularExpressions;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Identity.ApiKeys;

/// <summary>Validates scopes (RFC 6749 section 3.3): visible ASCII except <c>"</c> and <c>\</c>.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed partial class ScopesAttribute()
    : ValidationAttribute("must be at most 32 words of 1 to 64 visible ASCII characters without quotes and backslashes"), IDescribesSchema
{
    private const int MaxScopes = 32;
    private const string WordPattern = @"[\x21\x23-\x5B\x5D-\x7E]{1,64}";

    public static bool IsScope(string? text) => text is not null && Word().IsMatch(text);

    public override bool IsValid(object? value) => value is null || (value is string?[] scopes && scopes.Length <= MaxScopes && scopes.All(IsScope));

    public void Describe(OpenApiSchema schema)
    {
        schema.MaxItems = MaxScopes;
        if (schema.Items is OpenApiSchema word)
        {
            word.Pattern = $"^{WordPattern}$";
        }
    }

    [GeneratedRegex("^" + WordPattern + @"\z")]
    private static partial Regex Word();
}
