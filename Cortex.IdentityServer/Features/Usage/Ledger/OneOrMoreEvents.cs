using Cortex.IdentityServer.Foundation.Http;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.Usage.Ledger;

/// <summary>Documents that the body is one event or an array of events.</summary>
internal sealed record OneOrMoreEvents : IDescribesOperation
{
    public void Describe(OpenApiOperation operation, OpenApiDocument document)
    {
        foreach (var content in operation.RequestBody?.Content?.Values ?? [])
        {
            var one = content.Schema!;
            content.Schema = new OpenApiSchema
            {
                OneOf =
                [
                    one,
                    new OpenApiSchema { Type = JsonSchemaType.Array, Items = one, MinItems = 1, MaxItems = UsageEventReader.MaxEvents },
                ],
            };
        }
    }
}
