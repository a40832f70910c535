using System.ComponentModel.DataAnnotations;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;
using Microsoft.AspNetCore.Mvc.Infrastructure;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace Cortex.IdentityServer.Features.ApiDocs;

/// <summary>
/// Adds to schemas what the generator can't infer: bounds from the server's own attributes, time formats, optional fields, whether unknown fields are
/// rejected, and problem codes.
/// </summary>
internal sealed class SchemaRules : IOpenApiSchemaTransformer
{
    public Task TransformAsync(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken cancellationToken)
    {
        var type = context.JsonTypeInfo.Type;
        if ((context.ParameterDescription?.ParameterDescriptor as IParameterInfoParameterDescriptor)?.ParameterInfo is { } parameter)
        {
            DescribeByAttributes(schema, parameter);
        }

        if (context.JsonPropertyInfo is { AttributeProvider: { } attributes } property)
        {
            DescribeTime(schema, property.PropertyType);
            DescribeInteger(schema, property.PropertyType);
            DescribeBounds(schema, attributes);
            if (property.PropertyType == typeof(JsonElement))
            {
                // WebAuthn defines these objects (its …JSON dictionaries), and browsers may add members.
                schema.Type = JsonSchemaType.Object;
                schema.AdditionalPropertiesAllowed = true;
            }

            // A field that is omitted when it has no value is never null.
            if (IsOptional(attributes))
            {
                schema.Type &= ~JsonSchemaType.Null;
            }

            if (property is { DeclaringType.Name: nameof(ProblemBody), Name: "code" })
            {
                schema.Enum = [.. Problems.All.Append(Problems.InternalError).Select(code => (JsonNode)code.Code)];
            }
        }
        else if (type.Namespace?.StartsWith("Cortex.", StringComparison.Ordinal) == true && schema.Type == JsonSchemaType.Object)
        {
            schema.AdditionalPropertiesAllowed = !typeof(IRequestBody).IsAssignableFrom(type);

            // The generator marks every parameter of a record's constructor as required.
            foreach (var absent in context.JsonTypeInfo.Properties.Where(property => property.AttributeProvider is { } attributes && IsOptional(attributes)))
            {
                schema.Required?.Remove(absent.Name);
            }
        }

        return Task.CompletedTask;
    }

    private static bool IsOptional(ICustomAttributeProvider attributes) =>
        attributes.GetCustomAttributes(typeof(JsonIgnoreAttribute), inherit: false) is [JsonIgnoreAttribute { Condition: JsonIgnoreCondition.WhenWritingNull }];

    /// <summary>Sets the type of times, which the generator can't infer because of the custom converter.</summary>
    private static void DescribeTime(OpenApiSchema schema, Type type)
    {
        if (type == typeof(DateTimeOffset))
        {
            schema.Type = JsonSchemaType.String;
        }
        else if (type == typeof(DateTimeOffset?))
        {
            schema.Type = JsonSchemaType.String | JsonSchemaType.Null;
        }
    }

    /// <summary>Sets the type of integers, which the generator can't infer because of the custom converter.</summary>
    private static void DescribeInteger(OpenApiSchema schema, Type type)
    {
        if ((Nullable.GetUnderlyingType(type) ?? type) == typeof(int))
        {
            schema.Type = type == typeof(int) ? JsonSchemaType.Integer : JsonSchemaType.Integer | JsonSchemaType.Null;
            schema.Format = "int32";
        }
    }

    private static void DescribeByAttributes(OpenApiSchema schema, ICustomAttributeProvider attributes)
    {
        foreach (var rule in attributes.GetCustomAttributes(inherit: false).OfType<IDescribesSchema>())
        {
            rule.Describe(schema);
        }
    }

    private static void DescribeBounds(OpenApiSchema schema, ICustomAttributeProvider attributes)
    {
        DescribeByAttributes(schema, attributes);
        if (attributes.GetCustomAttributes(typeof(RequiredAttribute), inherit: false) is [RequiredAttribute { AllowEmptyStrings: false }]
            && schema.Type == JsonSchemaType.String)
        {
            schema.MinLength ??= 1;
        }

        // The initial value of a required property isn't a default.
        if (attributes.IsDefined(typeof(RequiredAttribute), inherit: false))
        {
            schema.Default = null;
        }
    }
}
