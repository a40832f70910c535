using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>Receives traces and metrics by OTLP over HTTP (protobuf), as an OpenTelemetry collector does.</summary>
internal sealed class OtlpCollector : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<ReceivedSpan> _spans = new();
    private readonly ConcurrentDictionary<string, bool> _metrics = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<byte[]> _bodies = new();

    private OtlpCollector(WebApplication app) => _app = app;

    public string Url => _app.Urls.Single();

    public IReadOnlyCollection<ReceivedSpan> Spans => _spans;

    public ICollection<string> Metrics => _metrics.Keys;

    /// <summary>Everything that was received, byte for byte.</summary>
    public string Everything => string.Concat(_bodies.Select(System.Text.Encoding.Latin1.GetString));

    /// <summary>The variables that make a server send to this collector, without the usual delays.</summary>
    public (string Name, string Value)[] Settings =>
    [
        ("OTEL_EXPORTER_OTLP_ENDPOINT", Url), ("OTEL_EXPORTER_OTLP_PROTOCOL", "http/protobuf"), ("OTEL_BSP_SCHEDULE_DELAY", "100"),
        ("OTEL_METRIC_EXPORT_INTERVAL", "500"),
    ];

    public static async Task<OtlpCollector> StartAsync()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var collector = new OtlpCollector(app);
        app.MapPost("/v1/traces", request => collector.ReceiveAsync(request, collector.ReadTraces));
        app.MapPost("/v1/metrics", request => collector.ReceiveAsync(request, collector.ReadMetrics));
        await app.StartAsync(TestContext.Current.CancellationToken);
        return collector;
    }

    public ValueTask DisposeAsync() => _app.DisposeAsync();

    private async Task ReceiveAsync(HttpContext context, Action<ProtoFields> read)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        _bodies.Enqueue(body.ToArray());
        read(new(body.ToArray()));
        context.Response.ContentType = "application/x-protobuf";
    }

    /// <summary>Reads an ExportTraceServiceRequest (opentelemetry/proto/collector/trace/v1).</summary>
    private void ReadTraces(ProtoFields request)
    {
        foreach (var span in request.Messages(1).SelectMany(resource => resource.Messages(2)).SelectMany(scope => scope.Messages(2)))
        {
            var attributes = span.Messages(9).ToDictionary(
                pair => pair.Text(1), pair => pair.Messages(2).Select(value => value.Text(1) is { Length: > 0 } text ? text : $"{value.Number(3)}").Single());
            _spans.Enqueue(new(span.Hex(1), span.Hex(2), span.Hex(4), span.Text(5), span.Number(6), attributes));
        }
    }

    /// <summary>Reads an ExportMetricsServiceRequest (opentelemetry/proto/collector/metrics/v1).</summary>
    private void ReadMetrics(ProtoFields request)
    {
        foreach (var metric in request.Messages(1).SelectMany(resource => resource.Messages(2)).SelectMany(scope => scope.Messages(2)))
        {
            _metrics[metric.Text(1)] = true;
        }
    }
}
