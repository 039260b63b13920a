using ActiveInas.Compute.Cpu.Vector;

namespace ActiveInas.Compute.Cpu;

internal sealed unsafe partial class CpuDevice<T, S, V, L>
{
    private readonly SgdItems _sgd;

    public void SgdStep(IReadOnlyList<Parameter> parameters, double learningRate, double momentum, double weightDecay)
    {
        OperationGuard.Sgd(parameters, learningRate, momentum, weightDecay);
        _sgd.Run(_work.Pool, parameters, (float)learningRate, (float)momentum, (float)weightDecay);
        for (int i = 0; i < parameters.Count; i++)
        {
            Own(parameters[i].Values).Touch();
            Own(parameters[i].Velocity).Touch();
        }
    }

    /// <summary>g = gradient + decay w; step = -rate g; v = momentum v + step; w = w + momentum v + step. Items are runs of all parameters laid end to end: a
    /// network has many small ones.</summary>
    private sealed class SgdItems : IWorkItems
    {
        private const int ItemLength = 16_384;
        private IReadOnlyList<Parameter> _parameters = [];
        private float _rate;
        private float _momentum;
        private float _decay;

        /// <summary>Where each parameter begins, and where the last one ends.</summary>
        private long[] _starts = [];

        public void Run(WorkerPool pool, IReadOnlyList<Parameter> parameters, float rate, float momentum, float decay)
        {
            (_parameters, _rate, _momentum, _decay) = (parameters, rate, momentum, decay);
            if (_starts.Length < parameters.Count + 1)
            {
                _starts = new long[parameters.Count + 1];
            }

            for (int i = 0; i < parameters.Count; i++)
            {
                _ = (Own(parameters[i].Values), Own(parameters[i].Velocity), Own(parameters[i].Gradient));
                _starts[i + 1] = _starts[i] + parameters[i].Length;
            }

            pool.Run((int)((_starts[parameters.Count] + ItemLength - 1) / ItemLength), this);
            _parameters = [];
        }

        public void Run(int item, int worker)
        {
            long first = (long)item * ItemLength;
            long last = Math.Min(first + ItemLength, _starts[_parameters.Count]);
            int found = Array.BinarySearch(_starts, 0, _parameters.Count, first);
            for (int i = found >= 0 ? found : ~found - 1; i < _parameters.Count && _starts[i] < last; i++)
            {
                Step(_parameters[i], (int)(Math.Max(first, _starts[i]) - _starts[i]), (int)(Math.Min(last, _starts[i + 1]) - _starts[i]));
            }
        }

        /// <summary>Some values of a parameter.</summary>
        private void Step(Parameter parameter, int i, int end)
        {
            float* values = Own(parameter.Values).Pointer;
            float* velocities = Own(parameter.Velocity).Pointer;
            float* gradients = Own(parameter.Gradient).Pointer;
            float weightDecay = parameter.Decays ? _decay : 0f;
            V minusRate = L.Broadcast(-_rate);
            V momentum = L.Broadcast(_momentum);
            V decay = L.Broadcast(weightDecay);
            for (; i + L.Count <= end; i += L.Count)
            {
                V weight = L.Load(values + i);
                V step = L.Multiply(minusRate, L.FusedMultiplyAdd(decay, weight, L.Load(gradients + i)));
                V velocity = L.FusedMultiplyAdd(momentum, L.Load(velocities + i), step);
                L.Store(velocities + i, velocity);
                L.Store(values + i, L.Add(weight, L.FusedMultiplyAdd(momentum, velocity, step)));
            }

            for (; i < end; i++)
            {
                float step = -_rate * MathF.FusedMultiplyAdd(weightDecay, values[i], gradients[i]);
                velocities[i] = MathF.FusedMultiplyAdd(_momentum, velocities[i], step);
                values[i] += MathF.FusedMultiplyAdd(_momentum, velocities[i], step);
            }
        }
    }
}
