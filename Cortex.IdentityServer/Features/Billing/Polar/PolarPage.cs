using System.Text.Json;

namespace Cortex.IdentityServer.Features.Billing.Polar;

/// <summary>A page of one of Polar's lists.</summary>
/// <param name="Items">The items that can be read.</param>
/// <param name="MaxPage">The number of pages.</param>
internal sealed record PolarPage<T>(IReadOnlyList<T> Items, long MaxPage)
    where T : class
{
    public static PolarPage<T>? Read(JsonElement json, Func<JsonElement, T?> read) =>
        json.Items("items") is { } items
            ? new([.. items.Select(read).OfType<T>()], json.Object("pagination")?.Whole("max_page") ?? 1)
            : null;
}
