using System.Text.Json;
using System.Text.Json.Serialization;
using Cortex.IdentityServer.Foundation.Configuration;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Cortex.IdentityServer.Tests.Configuration;

/// <remarks>
/// An upgrade that changes a private name or a message fails here. <c>FailedStartTests</c> provokes the missing certificate, <c>PostgresTlsTests</c> the
/// untrusted one, and <c>PasskeyLoginTests</c> the signature counter.
/// </remarks>
public sealed class FrameworkInternalsTests(CortexApp app) : IClassFixture<CortexApp>
{
    private static readonly JsonSerializerOptions Strict = new()
    {
        AllowDuplicateProperties = false,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    };

    [Fact]
    public void The_message_about_an_unknown_property_names_it()
    {
        var failure = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Body>("""{"Name":"Ada","O'Hara":1}""", Strict));

        Assert.Equal("O'Hara", FrameworkInternals.UnknownProperty(failure));
        Assert.False(FrameworkInternals.IsDuplicateProperty(failure));
    }

    [Fact]
    public void The_message_about_a_duplicate_property_is_recognized()
    {
        var failure = Assert.Throws<JsonException>(() => JsonSerializer.Deserialize<Body>("""{"Name":"Ada","Name":"Bob"}""", Strict));

        Assert.True(FrameworkInternals.IsDuplicateProperty(failure));
        Assert.Null(FrameworkInternals.UnknownProperty(failure));
    }

    [Fact]
    public async Task The_authentication_middleware_marks_the_pipeline_that_has_it()
    {
        await using var services = new ServiceCollection().AddAuthentication().Services.BuildServiceProvider();
        var pipeline = new ApplicationBuilder(services);

        pipeline.UseAuthentication();

        Assert.Equal(true, pipeline.Properties[FrameworkInternals.AuthenticationMiddlewareSet]);
    }

    [Fact]
    public void Data_protection_loads_its_keys_in_a_hosted_service_of_this_name()
    {
        var services = new ServiceCollection();

        services.AddDataProtection();

        Assert.Contains(services, service => service.ImplementationType?.Name == FrameworkInternals.DataProtectionHostedService);
    }

    [Fact]
    public async Task A_transaction_whose_connection_was_lost_fails_with_this_message()
    {
        await using var connection = new NpgsqlConnection(app.ConnectionString);
        await connection.OpenAsync(TestContext.Current.CancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(TestContext.Current.CancellationToken);
        await using var statement = new NpgsqlCommand("SELECT 1", connection, transaction);
        await app.SqlAsync("SELECT pg_terminate_backend($1)", connection.ProcessID);
        await Assert.ThrowsAnyAsync<NpgsqlException>(() => statement.ExecuteNonQueryAsync(TestContext.Current.CancellationToken));

        using var next = new NpgsqlCommand();
        var failure = Assert.Throws<InvalidOperationException>(() => next.Transaction = transaction);

        Assert.Equal(FrameworkInternals.LostTransaction, failure.Message);
    }

    [Fact]
    public async Task A_host_in_another_state_than_the_required_one_fails_with_this_message()
    {
        await using var hosts = new NpgsqlDataSourceBuilder(app.ConnectionString).BuildMultiHost();

        var failure = await Assert.ThrowsAsync<NpgsqlException>(
            async () => await hosts.OpenConnectionAsync(TargetSessionAttributes.Standby, TestContext.Current.CancellationToken));

        Assert.Equal(FrameworkInternals.NoSuitableHost, failure.Message);
    }

    private sealed record Body(string Name);
}
