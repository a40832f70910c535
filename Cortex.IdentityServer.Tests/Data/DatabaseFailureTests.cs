using Cortex.IdentityServer.Foundation.Data;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Data;

/// <remarks>When the database fails at any moment of a request, the response is 503. A bug in the server is not reported that way.</remarks>
public sealed class DatabaseFailureTests(CortexApp app) : IClassFixture<CortexApp>
{
    [Fact]
    public async Task A_connection_lost_in_a_transaction_is_a_database_failure_at_every_later_statement()
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();
        await using var transaction = await db.Database.BeginTransactionAsync(TestContext.Current.CancellationToken);
        var backend = await db.Database.SqlQuery<int>($"""SELECT pg_backend_pid() AS "Value" """).SingleAsync(TestContext.Current.CancellationToken);
        await app.SqlAsync("SELECT pg_terminate_backend($1)", backend);

        for (var statement = 0; statement < 3; statement++)
        {
            var failure = await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlAsync($"SELECT 1", TestContext.Current.CancellationToken));
            Assert.True(DatabaseFailure.In(failure) is not null, failure.ToString());
        }

        var late = await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync(TestContext.Current.CancellationToken));
        Assert.True(DatabaseFailure.In(late) is not null, late.ToString());
    }

    [Fact]
    public void A_null_reference_in_Npgsql_is_a_database_failure_and_one_of_ours_is_not()
    {
        string? missing = null;
        var failure = Assert.Throws<NullReferenceException>(() => missing!.Length);
        Assert.Null(DatabaseFailure.In(failure));
        Assert.Null(DatabaseFailure.FromNpgsql(failure));
        failure.Source = "Npgsql";
        Assert.NotNull(DatabaseFailure.FromNpgsql(failure));
        Assert.NotNull(DatabaseFailure.In(new InvalidOperationException("EF Core", failure)));
    }

    [Fact]
    public async Task A_bug_in_the_server_is_not_a_database_failure()
    {
        await using var scope = app.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<CortexDbContext>();

        Assert.Null(DatabaseFailure.In(new InvalidOperationException("ours", new ArgumentException("too"))));
        Assert.Null(
            DatabaseFailure.In(
                await Assert.ThrowsAnyAsync<Exception>(() => db.Database.ExecuteSqlAsync($"SELECT wrong", TestContext.Current.CancellationToken))));
        Assert.Null(
            DatabaseFailure.In(
                await Assert.ThrowsAnyAsync<Exception>(() => db.Users.FirstAsync(user => user.Email == "nobody", TestContext.Current.CancellationToken))));
    }
}
