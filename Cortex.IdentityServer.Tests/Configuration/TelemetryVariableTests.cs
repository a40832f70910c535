namespace Cortex.IdentityServer.Tests.Configuration;

/// <summary>Where metrics and traces go.</summary>
public sealed class TelemetryVariableTests
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    [Fact]
    public void By_default_metrics_are_served_on_this_machine_and_nothing_is_sent()
    {
        var options = Variables.Read().Telemetry;

        Assert.Equal(["http://127.0.0.1:9464"], options.ManagementUrls);
        Assert.Equal((false, false, false), (options.IsManagementConfigured, options.SendsMetrics, options.SendsTraces));
        Assert.True(options.HasMetrics);
    }

    [Theory]
    [InlineData("http://*:9464", "http://*:9464")]
    [InlineData("http://127.0.0.1:9464; http://[::1]:9464", "http://127.0.0.1:9464,http://[::1]:9464")]
    [InlineData("http://10.0.0.7:80,http://localhost:9000", "http://10.0.0.7:80,http://localhost:9000")]
    [InlineData("http://unix:/run/cortex.sock", "http://unix:/run/cortex.sock")]
    [InlineData("off", "")]
    [InlineData("OFF", "")]
    public void The_management_listener_can_have_several_addresses_or_none(string value, string expected)
    {
        var options = Variables.Read(("MANAGEMENT_URLS", value)).Telemetry;

        Assert.Equal(expected, string.Join(',', options.ManagementUrls));
        Assert.True(options.IsManagementConfigured);
        Assert.Equal(expected.Length > 0, options.HasMetrics);
    }

    [Theory]
    [InlineData(true, true, Endpoint)]
    [InlineData(true, false, "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT")]
    [InlineData(false, true, "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT")]
    [InlineData(false, true, Endpoint, "OTEL_METRICS_EXPORTER=none")]
    [InlineData(true, false, Endpoint, "OTEL_TRACES_EXPORTER=none")]
    [InlineData(true, true, Endpoint, "OTEL_TRACES_EXPORTER=otlp")]
    [InlineData(false, false, Endpoint, "OTEL_SDK_DISABLED=true")]
    public void What_is_sent_follows_the_standard_variables(bool metrics, bool traces, string endpoint, string? other = null)
    {
        (string, string?)[] variables = [(endpoint, "http://collector:4317"), .. Pairs(other)];

        var options = Variables.Read(variables).Telemetry;

        Assert.Equal((metrics, traces), (options.SendsMetrics, options.SendsTraces));
    }

    private static IEnumerable<(string, string?)> Pairs(string? text) => text?.Split('=') is [var name, var value] ? [(name, value)] : [];
}
