using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Http;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Cortex.IdentityServer.Tests.Contract;

/// <summary>Requirements for the body of every documented route.</summary>
public sealed class BodyTests(CortexApp app) : IClassFixture<CortexApp>
{
    /// <remarks>A type that no context of a feature names would be read and written by reflection: slower, and unnoticed otherwise.</remarks>
    [Fact]
    public void Every_body_is_read_and_written_by_generated_code()
    {
        var options = app.Services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;

        Assert.True(Bodies().Count > 50, $"only {Bodies().Count}");
        Assert.All(Bodies(), body => Assert.True(
            options.GetTypeInfo(body).OriginatingResolver is JsonSerializerContext, $"{body.Name} is in the JsonSerializerContext of no feature"));
    }

    [Fact]
    public void Every_body_shows_an_example_but_for_the_export_of_an_account() =>
        Assert.Equal(["AccountExport"], Bodies().Where(body => !ShowsExample(body)).Select(body => body.Name));

    private static bool ShowsExample(Type body) =>
        (body.IsGenericType ? body.GenericTypeArguments.Single() : body).GetInterfaces()
            .Any(face => face.IsGenericType && face.GetGenericTypeDefinition() == typeof(IExample<>));

    private List<Type> Bodies() =>
    [
        .. app.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints)
            .SelectMany(route => TypesOf(route.Metadata))
            .Where(type => type.Assembly == typeof(IRequestBody).Assembly || type.IsGenericType)
            .Distinct(),
    ];

    private static IEnumerable<Type> TypesOf(EndpointMetadataCollection route) =>
    [
        .. route.GetOrderedMetadata<IAcceptsMetadata>().Select(accepted => accepted.RequestType).OfType<Type>(),
        .. route.GetOrderedMetadata<IProducesResponseTypeMetadata>().Select(produced => produced.Type).OfType<Type>(),
        .. route.GetOrderedMetadata<RequestLines>().Select(lines => lines.Line),
        .. route.GetOrderedMetadata<ResponseLines>().SelectMany(lines => lines.Lines),
    ];
}
