using System.Text;

namespace Cortex.IdentityServer.Tests.Telemetry;

/// <summary>The fields of a Protocol Buffers message, by number, read from the wire format without generated code.</summary>
internal sealed class ProtoFields
{
    private const int Varint = 0;
    private const int Fixed64 = 1;
    private const int Bytes = 2;
    private const int Fixed32 = 5;

    private readonly List<(int Number, ulong Value, byte[] Data)> _fields = [];

    public ProtoFields(ReadOnlySpan<byte> message)
    {
        while (!message.IsEmpty)
        {
            var tag = ReadVarint(ref message);
            var (number, type) = ((int)(tag >> 3), (int)(tag & 7));
            switch (type)
            {
                case Varint:
                    _fields.Add((number, ReadVarint(ref message), []));
                    break;
                case Bytes:
                    var length = (int)ReadVarint(ref message);
                    _fields.Add((number, 0, message[..length].ToArray()));
                    message = message[length..];
                    break;
                case Fixed64 or Fixed32:
                    message = message[(type == Fixed64 ? 8 : 4)..];
                    break;
                default:
                    throw new InvalidDataException($"wire type {type}");
            }
        }
    }

    public IEnumerable<ProtoFields> Messages(int number) => _fields.Where(field => field.Number == number).Select(field => new ProtoFields(field.Data));

    public string Text(int number) => Encoding.UTF8.GetString(Data(number));

    public string Hex(int number) => Convert.ToHexStringLower(Data(number));

    public ulong Number(int number) => _fields.LastOrDefault(field => field.Number == number).Value;

    private byte[] Data(int number) => _fields.LastOrDefault(field => field.Number == number).Data ?? [];

    private static ulong ReadVarint(ref ReadOnlySpan<byte> message)
    {
        var value = 0UL;
        for (var shift = 0; ; shift += 7)
        {
            var part = message[0];
            message = message[1..];
            value |= (ulong)(part & 0x7F) << shift;
            if (part < 0x80)
            {
                return value;
            }
        }
    }
}
