// The loops that the gate calls, the same for every fence. Included behind the fence's own create, add, signal_fence and release; FENCE is
// the prefix of what is exported.
#define JOIN_(a, b) a##b
#define JOIN(a, b) JOIN_(a, b)

static __thread uint64_t ran;

static void count(void *fence, struct callback *self)
{
    (void)fence;
    (void)self;
    ran++;
}

PEER void JOIN(FENCE, _create_release)(int times)
{
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        __asm__ volatile("" ::"r"(f) : "memory");
        release(f);
    }
}

PEER void JOIN(FENCE, _life)(int times)
{
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        __asm__ volatile("" ::"r"(f) : "memory");
        signal_fence(f, coarse_now());
        release(f);
    }
}

static void with_callbacks(int times, int callbacks)
{
    struct callback nodes[64];
    for (int i = 0; i < times; i++) {
        struct fence *f = create();
        for (int k = 0; k < callbacks; k++) {
            nodes[k].run = count;
            add(f, &nodes[k]);
        }
        signal_fence(f, coarse_now());
        release(f);
    }
}

PEER void JOIN(FENCE, _callbacks_1)(int times) { with_callbacks(times, 1); }
PEER void JOIN(FENCE, _callbacks_8)(int times) { with_callbacks(times, 8); }
PEER void JOIN(FENCE, _callbacks_64)(int times) { with_callbacks(times, 64); }
