/* A program that has a C_GetInfo of its own and loads the module: the function list must not lead to it. */
#include <dlfcn.h>
#include <stdio.h>

unsigned long C_GetInfo(void *info) {
    (void)info;
    return 0x80000bad;
}

/* The first entries of CK_FUNCTION_LIST. */
struct list {
    unsigned char version[2];
    unsigned long (*initialize)(void *);
    unsigned long (*finalize)(void *);
    unsigned long (*get_info)(void *);
};

int main(int count, char **arguments) {
    void *module = count == 2 ? dlopen(arguments[1], RTLD_NOW | RTLD_GLOBAL) : NULL;
    unsigned long (*get_list)(struct list **);
    struct list *list = NULL;
    if (module == NULL) {
        fprintf(stderr, "%s\n", dlerror());
        return 1;
    }
    *(void **)&get_list = dlsym(module, "C_GetFunctionList");
    if (get_list == NULL || get_list(&list) != 0) {
        return 1;
    }
    printf("%d.%d %lx\n", list->version[0], list->version[1], list->get_info(NULL));
    return 0;
}
