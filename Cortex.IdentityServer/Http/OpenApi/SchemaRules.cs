using System.ComponentModel.DataAnnotations;
using Cortex.IdentityServer.Accounts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Http.OpenApi;

/// <summary>What the generator can't know of a schema: that unknown fields are refused, and that an answer's fields are always there.</summary>
internal sealed class SchemaRules : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if (context.JsonPropertyInfo is { AttributeProvider: { } attributes })
        {
            if (attributes.IsDefined(typeof(PasswordAttribute), inherit: false))
            {
                schema.Format = "password";
                schema.MaxLength = 256;
            }

            // The example of a field that must not be empty shouldn't be empty either.
            if (attributes.IsDefined(typeof(RequiredAttribute), inherit: false))
            {
                schema.Default = null;
            }
        }
        else if (type.Namespace?.StartsWith("Cortex.", StringComparison.Ordinal) == true && schema.Properties is { Count: > 0 })
        {
            schema.AdditionalPropertiesAllowed = !typeof(IRequestBody).IsAssignableFrom(type);
        }

        return Task.CompletedTask;
    }
}
