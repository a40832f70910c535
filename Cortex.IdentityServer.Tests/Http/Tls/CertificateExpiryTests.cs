using Cortex.IdentityServer.Foundation.Tls;
using Cortex.IdentityServer.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;

namespace Cortex.IdentityServer.Tests.Http.Tls;

/// <summary>A server whose certificate is valid for 90 days, of which 20 remain.</summary>
public sealed class ExpiringApp : CortexApp
{
    private readonly CertificateFolder _files = new();

    public ExpiringApp(PostgresCluster cluster)
        : base(cluster)
    {
        Chain = new();
        Renew(fromDays: -70, untilDays: 20);
    }

    internal TestChain Chain { get; }

    protected override IEnumerable<(string Name, string Value)> Settings => _files.Variables;

    internal void Renew(int fromDays, int untilDays)
    {
        using var issued = Chain.Issue(fromDays, untilDays);
        _files.Write(issued);
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _files.Dispose();
        Chain.Dispose();
        GC.SuppressFinalize(this);
    }
}

/// <summary>Operators learn in time that a certificate was not renewed.</summary>
public sealed class CertificateExpiryTests(ExpiringApp app) : IClassFixture<ExpiringApp>
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    [Fact]
    public async Task The_log_warns_once_a_day_during_the_last_14_days()
    {
        var certificate = app.Services.GetRequiredService<ServerCertificate>();
        Assert.Equal(20, (certificate.NotAfter!.Value - app.Clock.GetUtcNow()).TotalDays, 0.1);
        Assert.Equal(0, app.CountLogLines(" expires at "));

        foreach (var (days, lines) in new[] { (7, 1), (1, 2), (1, 3) })
        {
            app.Clock.Advance(TimeSpan.FromDays(days));
            await Poll.UntilAsync(Timeout, $"{lines} warnings", () => Task.FromResult(app.CountLogLines(" expires at ") == lines));
        }

        app.Clock.Advance(TimeSpan.FromDays(12));
        await Poll.UntilAsync(Timeout, "the log says that it expired", () => Task.FromResult(app.CountLogLines(" expired at ") == 1));
        Assert.Equal(3, app.CountLogLines(" expires at "));

        // A certificate that lives for six days is renewed after four.
        var now = (int)Math.Round((app.Clock.GetUtcNow() - DateTimeOffset.UtcNow).TotalDays);
        app.Renew(now - 1, now + 5);
        await Poll.UntilAsync(Timeout, "the renewed certificate is taken", () => Task.FromResult(app.CountLogLines("New TLS connections get") == 1));
        Assert.Equal(5, (certificate.NotAfter!.Value - app.Clock.GetUtcNow()).TotalDays, 0.6);
        app.Clock.Advance(TimeSpan.FromDays(4));
        await Poll.UntilAsync(Timeout, "another warning", () => Task.FromResult(app.CountLogLines(" expires at ") == 4));
        Assert.Equal(1, app.CountLogLines(" expired at "));
    }
}
